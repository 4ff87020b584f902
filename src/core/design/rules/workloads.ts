import type { Design } from "../design.ts";
import type { DesignGraph } from "../graph.ts";
import { type DesignProblem, echo, problem } from "../problem.ts";
import type { Workload } from "../workloads.ts";

/** E-NO-ENTRY and E-REF: each workload begins at a client and takes one of its edges; one at least does so. */
export function workloadProblems(design: Design, graph: DesignGraph): DesignProblem[] {
  if (design.workloads.length === 0)
    return [problem("E-NO-ENTRY", "workloads", "Add a workload: nothing sends requests.")];
  return design.workloads.flatMap((workload, index) => entryProblems(workload, graph, `workloads[${index}]`));
}

function entryProblems(workload: Workload, graph: DesignGraph, path: string): DesignProblem[] {
  const client = graph.nodes.get(workload.source)?.it;
  if (client === undefined || client.type !== "client")
    return [problem("E-NO-ENTRY", `${path}.source`, `Name a client node: ${echo(workload.source)} is none.`)];
  const edges = graph.out(client.id);
  if (workload.edge !== undefined && !edges.some((edge) => edge.it.id === workload.edge))
    return [
      problem(
        "E-REF",
        `${path}.edge`,
        `Name an edge that begins at ${echo(client.id)}: ${echo(workload.edge)} is none.`,
      ),
    ];
  if (edges.length === 0)
    return [
      problem("E-NO-ENTRY", `${path}.source`, `Draw an edge from ${echo(client.id)} to what it calls.`),
    ];
  if (workload.edge === undefined && edges.length > 1)
    return [
      problem("E-NO-ENTRY", `${path}.edge`, `Name the edge to take: ${echo(client.id)} has ${edges.length}.`),
    ];
  return [];
}
