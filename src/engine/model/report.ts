import type {
  ConfigProblem,
  LinkReport,
  Report,
  StationReport,
} from "../../gen/architech/engine/v1/engine.ts";
import type { Kernel } from "./kernel.ts";
import type { Link } from "./link.ts";
import type { Batches } from "./metrics/batches.ts";
import { ATTEMPTS, CALLS, FAILURES, RETRIES, TIMEOUTS } from "./metrics/link-meter.ts";
import { FAILED, OFFERED, OK, WASTED_MS } from "./metrics/run-meter.ts";
import { costOf, ratio } from "./metrics/sample.ts";
import {
  ARRIVALS,
  BEGUN,
  BUSY_AREA,
  CAPACITY_AREA,
  ERRORS,
  HITS,
  LOOKUPS,
  REJECTED,
  WORK_MS,
} from "./metrics/station-meter.ts";
import type { Station } from "./station.ts";

/** Stations this close to the highest utilization are all as busy as one another. */
const EQUALLY_BUSY = 0.99;

/** What a report is made of beside the meters. */
export interface ReportContext {
  readonly kernel: Kernel;
  readonly batches: Batches;
  /** Time since the end of the warm-up; 0 where it has not ended. */
  readonly measuredMs: number;
  readonly processed: number;
  readonly assumptions: string[];
  readonly warnings: ConfigProblem[];
}

/** Everything after the warm-up. The windows' histograms must have been added up. All numbers are finite. */
export function reportOf(context: ReportContext): Report {
  const { kernel, batches, measuredMs } = context;
  const { stations, links } = kernel.model;
  const { tally, warm, latencyBefore } = kernel.meter;
  const since = (entry: number) => warm.since(tally, entry);
  const bottleneck = busiest(stations);
  return {
    requests: since(OK) + since(FAILED),
    ok: since(OK),
    errors: since(FAILED),
    ...batches.runIntervals(measuredMs),
    latency: latencyBefore.quantiles(),
    stations: stations.map((station) => stationReport(station, batches, measuredMs)),
    links: links.map((link) => linkReport(link)),
    bottleneck: bottleneck?.id ?? "",
    maxSustainablePerSec: bottleneck === undefined ? 0 : sustainable(bottleneck, since(OFFERED), measuredMs),
    assumptions: context.assumptions,
    warnings: context.warnings,
    objectives: [],
    totalCost: stations.reduce((sum, station) => sum + costOf(station, sinceWarm(station)), 0),
    events: context.processed,
    wastedWorkMs: since(WASTED_MS),
  };
}

function sinceWarm(station: Station): (entry: number) => number {
  const { tally, warm } = station.meter;
  return (entry) => warm.since(tally, entry);
}

function stationReport(station: Station, batches: Batches, measuredMs: number): StationReport {
  const since = sinceWarm(station);
  return {
    id: station.id,
    ...batches.stationIntervals(station.index, measuredMs),
    residence: station.meter.residenceBefore.quantiles(),
    errors: since(ERRORS),
    rejected: since(REJECTED),
    hitRatio: ratio(since(HITS), since(LOOKUPS)),
  };
}

function linkReport(link: Link): LinkReport {
  const { tally, warm } = link.meter;
  const since = (entry: number) => warm.since(tally, entry);
  return {
    id: link.id,
    calls: since(CALLS),
    attempts: since(ATTEMPTS),
    timeouts: since(TIMEOUTS),
    retries: since(RETRIES),
    failures: since(FAILURES),
  };
}

/**
 * The station with the highest utilization. A caller whose slots are all held by calls into a saturated callee is
 * as busy as the callee: of equally busy stations it is the one whose slots do the most work themselves.
 */
function busiest(stations: readonly Station[]): Station | undefined {
  const utilization = (station: Station) => per(station, BUSY_AREA);
  const highest = stations.reduce((most, station) => Math.max(most, utilization(station)), 0);
  if (highest <= 0) return undefined;
  const equals = stations.filter((station) => utilization(station) >= highest * EQUALLY_BUSY);
  return equals.reduce((best, station) => (per(station, WORK_MS) > per(best, WORK_MS) ? station : best));
}

function per(station: Station, entry: number): number {
  const since = sinceWarm(station);
  return ratio(since(entry), since(CAPACITY_AREA));
}

/** Its slots over the slot time that one source request takes there, visits that were refused included. */
function sustainable(station: Station, offered: number, measuredMs: number): number {
  const since = sinceWarm(station);
  const slotMs = ratio(since(BUSY_AREA), since(BEGUN));
  const visits = ratio(since(ARRIVALS), offered);
  return ratio(ratio(since(CAPACITY_AREA), measuredMs) * 1_000, slotMs * visits);
}
