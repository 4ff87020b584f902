import { type DesignProblem, echo, problem } from "../../core/design/problem.ts";
import type { Workload } from "../../core/design/workloads.ts";
import type { SimulationConfig } from "../../gen/architech/engine/v1/engine.ts";
import { type Draft, servingNodes } from "./draft.ts";
import { entriesOf } from "./sources.ts";
import { callsOf } from "./steps.ts";

/** W-NOLOAD: clients and workloads that send nothing. */
export function idleClients(draft: Draft): DesignProblem[] {
  const { nodes, workloads } = draft.design;
  const sending = new Set(workloads.map((workload) => workload.source));
  const clients = [...nodes.entries()].filter(([, node]) => node.type === "client" && !sending.has(node.id));
  const silent = [...workloads.entries()].filter(([, workload]) => peakOf(workload) === 0);
  return [
    ...clients.map(([index, { id }]) =>
      problem(
        "W-NOLOAD",
        `nodes[${index}]`,
        `Add a workload with source ${echo(id)}: this client sends nothing.`,
      ),
    ),
    ...silent.map(([index, { id }]) =>
      problem("W-NOLOAD", `workloads[${index}]`, `Raise the rate of ${echo(id)}: it is 0 throughout.`),
    ),
  ];
}

function peakOf(workload: Workload): number {
  switch (workload.type) {
    case "open":
      return (workload.stages ?? []).reduce(
        (most, it) => Math.max(most, it.targetPerSec),
        workload.startPerSec,
      );
    case "closed":
      return (workload.stages ?? []).reduce((most, it) => Math.max(most, it.targetUsers), workload.users);
    case "trace":
      return workload.perSec.reduce((most, rate) => Math.max(most, rate), 0);
  }
}

/** W-ISOLATED: nodes without edges, and edges over which nothing goes. */
export function isolated(draft: Draft, config: SimulationConfig): DesignProblem[] {
  const alone = servingNodes(draft.design)
    .filter(({ node }) => draft.graph.out(node.id).length === 0 && draft.graph.into(node.id).length === 0)
    .map(({ node, path }) =>
      problem("W-ISOLATED", path, `Connect ${echo(node.id)}, or remove it: nothing calls it.`),
    );
  const used = usedEdges(draft, config);
  const unused = [...draft.design.edges.entries()]
    .filter(([, edge]) => !used.has(edge.id))
    .map(([index, { id, source }]) =>
      problem(
        "W-ISOLATED",
        `edges[${index}]`,
        `Call ${echo(id)} from ${echo(source)}, or remove it: nothing goes over it.`,
      ),
    );
  return [...alone, ...unused];
}

function usedEdges(draft: Draft, config: SimulationConfig): ReadonlySet<string> {
  const steps = config.stations.flatMap((station) =>
    station.operations.flatMap((operation) => operation.steps),
  );
  const brokers = new Set(
    config.stations.filter((station) => station.broker !== undefined).map(({ id }) => id),
  );
  return new Set([
    ...steps.flatMap((step) => callsOf(step).map((call) => call.link)),
    ...config.links.filter((link) => brokers.has(link.from)).map((link) => link.id),
    ...entriesOf(draft).map((entry) => entry.edgeId),
  ]);
}
