import type { Design } from "../design.ts";
import { type DesignGraph, serves } from "../graph.ts";
import type { DesignNode } from "../nodes.ts";
import { type DesignProblem, echo, problem } from "../problem.ts";
import type { Step } from "../steps.ts";
import { missProblems } from "./edges.ts";

/** E-REF of nodes: the zone around them, the edges that their steps call, a queue's dead letters; E-LIMITS. */
export function nodeProblems(design: Design, graph: DesignGraph): DesignProblem[] {
  return design.nodes.flatMap((node, index) => {
    const path = `nodes[${index}]`;
    return [
      ...parentProblems(node, graph, path),
      ...stepsProblems(node, graph, path),
      ...deadLetterProblems(node, graph, path),
    ];
  });
}

function parentProblems(node: DesignNode, graph: DesignGraph, path: string): DesignProblem[] {
  if (node.parentId === undefined) return [];
  const refuse = (message: string) => [problem("E-REF", `${path}.parentId`, message)];
  if (graph.nodes.get(node.parentId)?.it.type !== "zone")
    return refuse(`Name a zone of this design: ${echo(node.parentId)} is none.`);
  const seen = new Set<string>([node.id]);
  for (
    let around: string | undefined = node.parentId;
    around !== undefined;
    around = graph.nodes.get(around)?.it.parentId
  ) {
    if (seen.has(around)) return refuse("Break the circle: a zone lies in itself.");
    seen.add(around);
  }
  return [];
}

function stepsProblems(node: DesignNode, graph: DesignGraph, path: string): DesignProblem[] {
  if (!("operations" in node.data) || node.data.operations === undefined) return [];
  return Object.entries(node.data.operations).flatMap(([name, operation]) =>
    operation.steps.flatMap((step, index) =>
      callProblems(step, node, graph, `${path}.data.operations[${JSON.stringify(name)}].steps[${index}]`),
    ),
  );
}

function callProblems(step: Step, node: DesignNode, graph: DesignGraph, path: string): DesignProblem[] {
  const field = step.oneOf === undefined ? "call" : "oneOf";
  const listed = step.oneOf ?? step.call ?? [];
  return (typeof listed === "string" ? [listed] : listed).flatMap((call, index) => {
    const edgeId = typeof call === "string" ? call : call.edge;
    const at = typeof listed === "string" ? `${path}.${field}` : `${path}.${field}[${index}]`;
    const miss = typeof call === "string" ? undefined : call.onMissOf;
    const missing =
      graph.edges.get(edgeId)?.it.source === node.id
        ? []
        : [problem("E-REF", at, `Name an edge that begins at ${echo(node.id)}: ${echo(edgeId)} is none.`)];
    return [...missing, ...(miss === undefined ? [] : missProblems(miss, node.id, graph, `${at}.onMissOf`))];
  });
}

function deadLetterProblems(node: DesignNode, graph: DesignGraph, path: string): DesignProblem[] {
  if (node.type !== "queue" || node.data.deadLetter === undefined) return [];
  const target = graph.nodes.get(node.data.deadLetter)?.it;
  if (target !== undefined && serves(target) && target.id !== node.id) return [];
  return [
    problem(
      "E-REF",
      `${path}.data.deadLetter`,
      `Name another node that takes messages: ${echo(node.data.deadLetter)} is none.`,
    ),
  ];
}
