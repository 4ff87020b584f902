import type { Design } from "../design.ts";
import type { DesignFault, FaultKind } from "../faults.ts";
import { type DesignGraph, serves } from "../graph.ts";
import { type DesignProblem, echo, problem } from "../problem.ts";

type Target = "station" | "scalable" | "edge" | "zone" | "client" | "cache" | "queue" | "nothing";

/** What each kind of fault can act on. */
const TARGETS: Record<FaultKind, readonly Target[]> = {
  kill: ["station", "zone"],
  pause: ["station"],
  slow: ["station"],
  latency: ["edge"],
  loss: ["edge"],
  partition: ["edge", "zone"],
  error: ["station", "edge"],
  "fail-first": ["station", "edge"],
  "cache-flush": ["cache"],
  "queue-block": ["queue"],
  traffic: ["client"],
  scale: ["scalable"],
};

const WORDS: Record<Target, string> = {
  station: "a node that serves requests",
  scalable: "a node with replicas",
  edge: "an edge",
  zone: "a zone",
  client: "a client",
  cache: "a cache",
  queue: "a queue",
  nothing: "nothing",
};

/** E-FAULT-TARGET and E-FAULT-TIME. */
export function faultProblems(design: Design, graph: DesignGraph, durationMs: number): DesignProblem[] {
  return design.faults.flatMap((fault, index) => {
    const path = `faults[${index}]`;
    const late =
      fault.atMs >= durationMs
        ? [
            problem(
              "E-FAULT-TIME",
              `${path}.atMs`,
              `Let it begin before the end of the run (${durationMs} ms).`,
            ),
          ]
        : [];
    return [...targetProblems(fault, design, graph, path), ...late];
  });
}

function targetProblems(
  fault: DesignFault,
  design: Design,
  graph: DesignGraph,
  path: string,
): DesignProblem[] {
  const refuse = (message: string) => [problem("E-FAULT-TARGET", `${path}.target`, message)];
  const allowed = TARGETS[fault.kind];
  const kinds = kindsOf(fault.target, graph);
  if (!allowed.some((kind) => kinds.includes(kind))) {
    const wanted = allowed.map((kind) => WORDS[kind]).join(" or ");
    return refuse(`Aim ${fault.kind} at ${wanted}: ${echo(fault.target)} is not that.`);
  }
  if (isUnused(fault.target, design, graph))
    return refuse(
      `Add a workload over ${echo(fault.target)}, or leave the fault out: nothing is sent there.`,
    );
  return fault.kind === "partition" ? partitionProblems(fault.target, fault.otherTarget, graph, path) : [];
}

/** A client without workload, or a client's edge that no workload takes. */
function isUnused(target: string, design: Design, graph: DesignGraph): boolean {
  const edge = graph.edges.get(target)?.it;
  const client = graph.nodes.get(edge?.source ?? target)?.it;
  if (client?.type !== "client") return false;
  return !design.workloads.some((workload) => {
    const taken = workload.edge ?? graph.out(workload.source)[0]?.it.id;
    return edge === undefined ? workload.source === target : taken === target;
  });
}

function partitionProblems(
  target: string,
  other: string | undefined,
  graph: DesignGraph,
  path: string,
): DesignProblem[] {
  const refuse = (message: string) => [problem("E-FAULT-TARGET", `${path}.otherTarget`, message)];
  const zones = kindsOf(target, graph).includes("zone");
  if (!zones) return other === undefined ? [] : refuse("Leave otherTarget out: an edge has no other side.");
  if (other === undefined || !kindsOf(other, graph).includes("zone")) return refuse("Name the other zone.");
  return other === target ? refuse("Name another zone than target.") : [];
}

function kindsOf(id: string, graph: DesignGraph): readonly Target[] {
  if (graph.edges.has(id)) return ["edge"];
  const node = graph.nodes.get(id)?.it;
  if (node === undefined || node.type === "note") return ["nothing"];
  if (node.type === "zone" || node.type === "client") return [node.type];
  if (!serves(node)) return ["nothing"];
  if (node.type === "cache" || node.type === "cdn") return ["station", "scalable", "cache"];
  if (node.type === "queue") return ["station", "queue"];
  return node.type === "function" ? ["station"] : ["station", "scalable"];
}
