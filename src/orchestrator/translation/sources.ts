import { echo } from "../../core/design/problem.ts";
import type { Workload } from "../../core/design/workloads.ts";
import type { Source } from "../../gen/architech/engine/v1/engine.ts";
import { DEFAULTS } from "./defaults.ts";
import { toDist } from "./distributions.ts";
import type { Draft } from "./draft.ts";

/** How one workload enters: its source, the link that the source takes, and the edge and client they come from. */
export type Entry = {
  readonly workload: Workload;
  readonly path: string;
  readonly sourceId: string;
  readonly linkId: string;
  readonly edgeId: string;
};

/**
 * A client with one workload is one source, named as the node, over the link named as the edge. A client with
 * several is one source for each, named node@workload, over links named edge@workload: a link has one beginning.
 */
export function entriesOf(draft: Draft): Entry[] {
  const byClient = Map.groupBy(draft.design.workloads, (workload) => workload.source);
  return draft.design.workloads.flatMap((workload, index) => {
    const edgeId = workload.edge ?? draft.graph.out(workload.source)[0]?.it.id;
    if (edgeId === undefined) return [];
    const suffix = (byClient.get(workload.source)?.length ?? 0) > 1 ? `@${workload.id}` : "";
    return [
      {
        workload,
        path: `workloads[${index}]`,
        sourceId: `${workload.source}${suffix}`,
        linkId: `${edgeId}${suffix}`,
        edgeId,
      },
    ];
  });
}

/** Ascending by id. */
export function sourcesOf(entries: readonly Entry[], draft: Draft): Source[] {
  return entries
    .map(({ workload, path, sourceId, linkId }) => ({
      id: sourceId,
      targetLink: linkId,
      mix: mixOf(workload),
      kind: kindOf(workload, path, draft),
      priority: workload.priority ?? 0,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Operations of weight 0 are never sent. */
function mixOf(workload: Workload): Source["mix"] {
  const mix = workload.mix ?? [{ operation: "default", weight: 1 }];
  return mix.filter((entry) => entry.weight > 0).map(({ operation, weight }) => ({ operation, weight }));
}

function kindOf(workload: Workload, path: string, draft: Draft): NonNullable<Source["kind"]> {
  const of = `of workload ${echo(workload.id)}`;
  switch (workload.type) {
    case "open": {
      const arrival = draft.book.take<"poisson" | "constant" | "mmpp">(
        workload.arrival,
        DEFAULTS.arrival,
        `${path}.arrival`,
        `arrivals ${of}`,
      );
      const stages = (workload.stages ?? []).map(({ durationMs, targetPerSec }) => ({
        durationMs,
        target: targetPerSec,
      }));
      return {
        $case: "open",
        value: {
          process: arrival === "mmpp" ? "mmpp2" : arrival,
          startPerSec: workload.startPerSec,
          stages: changing(stages, workload.startPerSec),
          burstiness: workload.burstiness ?? 0,
        },
      };
    }
    case "closed": {
      const think = draft.book.take(
        workload.thinkTime,
        DEFAULTS.thinkTime,
        `${path}.thinkTime`,
        `think time ${of}`,
      );
      const stages = (workload.stages ?? []).map(({ durationMs, targetUsers }) => ({
        durationMs,
        target: targetUsers,
      }));
      return {
        $case: "closed",
        value: { users: changing(stages, workload.users), startUsers: workload.users, think: toDist(think) },
      };
    }
    case "trace":
      return {
        $case: "trace",
        value: { stepMs: workload.stepMs, perSec: workload.perSec, repeat: workload.repeat ?? false },
      };
  }
}

type Stage = { durationMs: number; target: number };

/** Stages that never leave the start are no stages: nothing changes. */
function changing(stages: readonly Stage[], start: number): Stage[] {
  return stages.every((stage) => stage.target === start) ? [] : [...stages];
}
