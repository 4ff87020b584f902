import type { DesignEdge } from "../../core/design/edges.ts";
import { echo } from "../../core/design/problem.ts";
import type { Dist } from "../../gen/architech/engine/v1/engine.ts";
import { betweenRegionsMs, DEFAULTS } from "./defaults.ts";
import { toDist } from "./distributions.ts";
import type { Draft } from "./draft.ts";

/** Of an edge that gives none: told by the zones of its ends, and written down as an assumption. Absent for 0. */
export function latencyOf(edge: DesignEdge, path: string, draft: Draft): { latency?: Dist } {
  const given = edge.data.latency;
  if (given === undefined) {
    const { ms, why } = between(edge, draft);
    draft.book.note(`${path}.data.latency`, `${ms} ms`, `latency of edge ${echo(edge.id)}: ${why}.`, false);
    return { latency: toDist(ms) };
  }
  const latency = toDist(given);
  return latency.kind?.$case === "constantMs" && latency.kind.value === 0 ? {} : { latency };
}

/** Two ends without a zone count as one place. */
function between(edge: DesignEdge, draft: Draft): { ms: number; why: string } {
  const from = draft.graph.zoneOf(edge.source);
  const to = draft.graph.zoneOf(edge.target);
  if (from === to) return { ms: DEFAULTS.sameZoneMs.value, why: DEFAULTS.sameZoneMs.why };
  const [a, b] = [regionOf(from, draft), regionOf(to, draft)];
  if (a !== undefined && b !== undefined && a !== b)
    return { ms: betweenRegionsMs(a, b), why: `one way between regions ${echo(a)} and ${echo(b)}` };
  return { ms: DEFAULTS.otherZoneMs.value, why: DEFAULTS.otherZoneMs.why };
}

function regionOf(zone: string | undefined, draft: Draft): string | undefined {
  const node = zone === undefined ? undefined : draft.graph.nodes.get(zone)?.it;
  return node?.type === "zone" ? node.data.region : undefined;
}
