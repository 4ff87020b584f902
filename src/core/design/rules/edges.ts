import type { Design } from "../design.ts";
import type { DesignEdge } from "../edges.ts";
import { type DesignGraph, serves } from "../graph.ts";
import type { DesignNode } from "../nodes.ts";
import { type DesignProblem, echo, problem } from "../problem.ts";

/** E-EDGE-END, E-TYPE-EDGE, E-ONMISS and E-REF of edges. */
export function edgeProblems(design: Design, graph: DesignGraph): DesignProblem[] {
  return design.edges.flatMap((edge, index) => {
    const path = `edges[${index}]`;
    const missing = (["source", "target"] as const)
      .filter((end) => !graph.nodes.has(edge[end]))
      .map((end) =>
        problem(
          "E-EDGE-END",
          `${path}.${end}`,
          `Name a node of this design: there is no ${echo(edge[end])}.`,
        ),
      );
    const source = graph.nodes.get(edge.source)?.it;
    const target = graph.nodes.get(edge.target)?.it;
    if (source === undefined || target === undefined) return missing;
    return [
      ...joinProblems(edge, source, target, path),
      ...onMissProblems(edge, graph, path),
      ...routeProblems(edge, source, path),
      ...idleFieldProblems(edge, source, path),
    ];
  });
}

function joinProblems(
  edge: DesignEdge,
  source: DesignNode,
  target: DesignNode,
  path: string,
): DesignProblem[] {
  const refuse = (field: string, message: string) => [problem("E-TYPE-EDGE", `${path}.${field}`, message)];
  if (target.type === "client") return refuse("target", "Turn the edge round: nothing calls a client.");
  if (!serves(target))
    return refuse("target", `End the edge at a node that serves requests: a ${target.type} does not.`);
  if (source.type !== "client" && !serves(source))
    return refuse("source", `Begin the edge at a node that sends requests: a ${source.type} does not.`);
  if (source.type === "client" && edge.data.interaction === "async")
    return refuse("data.interaction", "Use sync: a client waits for its answer.");
  if (source.type === "queue" && edge.data.interaction === "sync")
    return refuse("data.interaction", "Leave interaction out: an edge out of a queue is a consumer group.");
  return [];
}

function onMissProblems(edge: DesignEdge, graph: DesignGraph, path: string): DesignProblem[] {
  return edge.data.onMissOf === undefined
    ? []
    : missProblems(edge.data.onMissOf, edge.source, graph, `${path}.data.onMissOf`);
}

/** Of a reference to a cache call from a node's steps or edges. */
export function missProblems(
  cacheEdge: string,
  caller: string,
  graph: DesignGraph,
  path: string,
): DesignProblem[] {
  const call = graph.edges.get(cacheEdge)?.it;
  const callee = call === undefined ? undefined : graph.nodes.get(call.target)?.it;
  if (
    call?.source === caller &&
    call.data.interaction !== "async" &&
    (callee?.type === "cache" || callee?.type === "cdn")
  )
    return [];
  return [
    problem("E-ONMISS", path, `Name an edge from ${echo(caller)} to a cache: ${echo(cacheEdge)} is none.`),
  ];
}

function routeProblems(edge: DesignEdge, source: DesignNode, path: string): DesignProblem[] {
  if (edge.data.operations === undefined) return [];
  const refuse = (message: string) => [problem("E-REF", `${path}.data.operations`, message)];
  if (source.type !== "api-gateway")
    return refuse("Leave it out: only edges out of an api-gateway route by operation.");
  if (source.data.operations !== undefined)
    return refuse(`Leave it out, or the operations of ${echo(source.id)}: one of them routes.`);
  return [];
}

/** Fields of a call that has no caller's steps: a client makes one call for each request, a queue one delivery. */
const CALL_FIELDS = [
  "probability",
  "callsPerRequest",
  "onMissOf",
  "optional",
  "operation",
  "weight",
] as const;

function idleFieldProblems(edge: DesignEdge, source: DesignNode, path: string): DesignProblem[] {
  if (source.type !== "client" && source.type !== "queue") return [];
  return CALL_FIELDS.filter((field) => edge.data[field] !== undefined).map((field) =>
    problem(
      "E-TYPE-EDGE",
      `${path}.data.${field}`,
      `Leave ${field} out: it has no meaning on an edge out of a ${source.type}.`,
    ),
  );
}
