import {
  Discipline,
  type SimulationConfig,
  type Source,
  type Station,
} from "../../gen/architech/engine/v1/engine.ts";
import { meanMs } from "./distributions.ts";
import { holdingMs, workMs } from "./holding.ts";
import { type Traffic, trafficOf } from "./traffic.ts";
import type { Visits } from "./visits.ts";

/** What a station is offered at the peak of all sources, before any retry, timeout or rejection. */
export type OfferedLoad = {
  /** Station.id. */
  readonly station: string;
  readonly perSec: number;
  /** Busy slots needed / slots there; 1 and more cannot be carried. 0 where nothing limits. */
  readonly utilization: number;
  /** Mean time that a request holds its slot, in milliseconds. */
  readonly holdingMs: number;
  readonly slots: number;
};

export type Offered = {
  readonly loads: readonly OfferedLoad[];
  /** Requests per second of all sources at their peaks. */
  readonly peakPerSec: number;
  /** Calls that one request leads to, on average. */
  readonly callsPerRequest: number;
  /** Requests expected over the whole run. */
  readonly requests: number;
};

/** Undefined where one request leads to too many calls. */
export function offeredLoad(config: SimulationConfig, visits: Visits): Offered | undefined {
  const held = holdingMs(visits.visits);
  const peaks = new Map<number, number>();
  let requests = 0;
  let peakPerSec = 0;
  for (const source of config.sources) {
    const weights = source.mix.reduce((sum, entry) => sum + entry.weight, 0);
    const entries = source.mix.flatMap(({ operation, weight }) => {
      const visit = visits.entry(source.targetLink, operation);
      return visit === undefined ? [] : [{ visit, share: weight / weights }];
    });
    const answerMs = entries.reduce((sum, { visit, share }) => sum + share * (held[visit] ?? 0), 0);
    const peak = peakOf(source, answerMs);
    peakPerSec += peak;
    requests += requestsOf(source, peak, config.control?.horizonMs ?? 0);
    for (const { visit, share } of entries) peaks.set(visit, (peaks.get(visit) ?? 0) + peak * share);
  }
  const traffic = trafficOf(visits.visits, peaks);
  if (traffic === undefined) return undefined;
  return {
    loads: loadsOf(config, visits, traffic, held),
    peakPerSec,
    callsPerRequest: traffic.callsPerRequest,
    requests,
  };
}

function loadsOf(
  config: SimulationConfig,
  visits: Visits,
  traffic: Traffic,
  held: Float64Array,
): OfferedLoad[] {
  const sums = new Map<string, { perSec: number; busy: number }>();
  visits.visits.forEach((visit, index) => {
    const perSec = traffic.perSec[index] ?? 0;
    // Sharing processors, a request that waits for a call needs none.
    const shares = visit.station.discipline === Discipline.DISCIPLINE_PROCESSOR_SHARING;
    const ms = shares ? workMs(visit) : (held[index] ?? 0);
    const sum = sums.get(visit.station.id) ?? { perSec: 0, busy: 0 };
    sums.set(visit.station.id, { perSec: sum.perSec + perSec, busy: sum.busy + (perSec * ms) / 1_000 });
  });
  return config.stations.map((station) => {
    const { perSec, busy } = sums.get(station.id) ?? { perSec: 0, busy: 0 };
    const slots = slotsOf(station);
    return {
      station: station.id,
      perSec,
      utilization: Number.isFinite(slots) ? busy / slots : 0,
      holdingMs: perSec === 0 ? 0 : (busy * 1_000) / perSec,
      slots,
    };
  });
}

/** Requests that all replicas serve at a time, scaled up as far as they can be; Infinity where nothing limits. */
export function slotsOf(station: Station): number {
  if (station.discipline === Discipline.DISCIPLINE_INFINITE) return Number.POSITIVE_INFINITY;
  return Math.max(station.replicas, station.autoscale?.max ?? 0) * station.slots;
}

/** Requests per second at the highest stage. Users of a closed source send no faster than answers come. */
function peakOf(source: Source, answerMs: number): number {
  switch (source.kind?.$case) {
    case "open":
      return source.kind.value.stages.reduce(
        (most, stage) => Math.max(most, stage.target),
        source.kind.value.startPerSec,
      );
    case "closed": {
      const { startUsers, users, think } = source.kind.value;
      const most = users.reduce((peak, stage) => Math.max(peak, stage.target), startUsers);
      return most / (Math.max(0.001, meanMs(think) + answerMs) / 1_000);
    }
    case "trace":
      return source.kind.value.perSec.reduce((most, rate) => Math.max(most, rate), 0);
    default:
      return 0;
  }
}

function requestsOf(source: Source, peak: number, horizonMs: number): number {
  if (source.kind?.$case === "trace") {
    const { stepMs, perSec, repeat } = source.kind.value;
    const mean = perSec.reduce((sum, rate) => sum + rate, 0) / perSec.length;
    return (mean * (repeat ? horizonMs : Math.min(horizonMs, stepMs * perSec.length))) / 1_000;
  }
  if (source.kind?.$case !== "open") return (peak * horizonMs) / 1_000;
  let left = horizonMs;
  let rate = source.kind.value.startPerSec;
  let sum = 0;
  for (const stage of source.kind.value.stages) {
    const part = Math.min(left, stage.durationMs);
    const reached =
      stage.durationMs === 0 ? stage.target : rate + ((stage.target - rate) * part) / stage.durationMs;
    sum += (part * (rate + reached)) / 2_000;
    left -= part;
    rate = stage.target;
  }
  return sum + (left * rate) / 1_000;
}
