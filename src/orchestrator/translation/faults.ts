import type { DesignFault } from "../../core/design/faults.ts";
import { type DesignProblem, echo, problem } from "../../core/design/problem.ts";
import type { Fault } from "../../gen/architech/engine/v1/engine.ts";
import type { Draft } from "./draft.ts";
import type { Entry } from "./sources.ts";

/**
 * The design's faults, by time and then id. A fault of a client's traffic acts on each of its sources, one of an
 * entry edge on each of its links. A fault after the end of a shortened run is left out, and said to be.
 */
export function faultsOf(
  draft: Draft,
  entries: readonly Entry[],
  horizonMs: number,
): { faults: Fault[]; warnings: DesignProblem[] } {
  const warnings: DesignProblem[] = [];
  const faults = draft.design.faults.flatMap((fault, index) => {
    if (fault.atMs < horizonMs) return targetsOf(fault, entries).map((target) => faultOf(fault, target));
    const message = `Lengthen the run to see it: fault ${echo(fault.id)} begins at ${fault.atMs} ms, after the end.`;
    warnings.push(problem("W-FAULT-SKIPPED", `faults[${index}].atMs`, message));
    return [];
  });
  return { faults: faults.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)), warnings };
}

/** Ids of the engine's things that this fault acts on. */
function targetsOf(fault: DesignFault, entries: readonly Entry[]): string[] {
  if (fault.kind === "traffic")
    return entries.filter((it) => it.workload.source === fault.target).map((it) => it.sourceId);
  const links = entries.filter((it) => it.edgeId === fault.target).map((it) => it.linkId);
  return links.length > 0 ? links : [fault.target];
}

function faultOf(fault: DesignFault, target: string): Fault {
  const { id, kind, atMs, durationMs } = fault;
  // Of several sources or links, each has a fault of its own, named after its workload.
  const suffix = target.startsWith(`${fault.target}@`) ? target.slice(fault.target.length) : "";
  return {
    id: `${id}${suffix}`,
    kind,
    target,
    atMs,
    durationMs: durationMs ?? 0,
    amount: "amount" in fault ? fault.amount : 0,
    replicas: fault.kind === "kill" && typeof fault.replicas === "number" ? fault.replicas : 0,
    otherTarget: fault.kind === "partition" ? (fault.otherTarget ?? "") : "",
  };
}
