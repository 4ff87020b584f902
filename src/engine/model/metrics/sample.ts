import type { LinkSample, MetricsSample, StationSample } from "../../../gen/architech/engine/v1/engine.ts";
import type { Link } from "../link.ts";
import type { Station } from "../station.ts";
import { CALLS, RETRIES, TIMEOUTS } from "./link-meter.ts";
import { FAILED, OFFERED, OK, type RunMeter } from "./run-meter.ts";
import {
  ARRIVALS,
  BEGUN,
  BUSY_AREA,
  CAPACITY_AREA,
  ENDED,
  ERRORS,
  HITS,
  LOOKUPS,
  QUEUE_AREA,
  REJECTED,
  REPLICA_AREA,
  WAIT_MS,
} from "./station-meter.ts";

const MS_PER_HOUR = 3_600_000;

/** part / whole; 0 where there is no whole. */
export function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** What happened in the window that ends now. Stations must have elapsed up to now. Changes nothing. */
export function sampleOf(
  windowMs: number,
  meter: RunMeter,
  inFlight: number,
  stations: readonly Station[],
  links: readonly Link[],
): MetricsSample {
  const perSec = 1_000 / windowMs;
  const { tally, window } = meter;
  return {
    windowMs,
    offeredPerSec: window.since(tally, OFFERED) * perSec,
    okPerSec: window.since(tally, OK) * perSec,
    errorPerSec: window.since(tally, FAILED) * perSec,
    inFlight,
    latency: meter.latency.quantiles(),
    stations: stations.map((station) => stationSample(station, perSec)),
    links: links.map((link) => linkSample(link, perSec)),
    costPerHour: stations.reduce((sum, station) => sum + windowCost(station), 0) * (MS_PER_HOUR / windowMs),
  };
}

/** What replicas and requests since the mark cost. */
export function costOf(station: Station, since: (entry: number) => number): number {
  const { costPerReplicaHour, costPerMillionRequests } = station.config;
  const hours = since(REPLICA_AREA) / MS_PER_HOUR;
  return costPerReplicaHour * hours + costPerMillionRequests * (since(ARRIVALS) / 1_000_000);
}

function windowCost(station: Station): number {
  const { tally, window } = station.meter;
  return costOf(station, (entry) => window.since(tally, entry));
}

function stationSample(station: Station, perSec: number): StationSample {
  const { meter } = station;
  const since = (entry: number) => meter.window.since(meter.tally, entry);
  return {
    station: station.index,
    arrivalsPerSec: since(ARRIVALS) * perSec,
    throughputPerSec: since(ENDED) * perSec,
    errorPerSec: since(ERRORS) * perSec,
    rejectPerSec: since(REJECTED) * perSec,
    utilization: ratio(since(BUSY_AREA), since(CAPACITY_AREA)),
    meanQueue: (since(QUEUE_AREA) * perSec) / 1_000,
    queueNow: station.queued,
    maxQueue: meter.maxQueue,
    replicasUp: station.replicasUp,
    residence: meter.residence.quantiles(),
    waitMs: ratio(since(WAIT_MS), since(BEGUN)),
    hitRatio: ratio(since(HITS), since(LOOKUPS)),
  };
}

function linkSample(link: Link, perSec: number): LinkSample {
  const { tally, window } = link.meter;
  return {
    link: link.index,
    callsPerSec: window.since(tally, CALLS) * perSec,
    timeoutPerSec: window.since(tally, TIMEOUTS) * perSec,
    retryPerSec: window.since(tally, RETRIES) * perSec,
    breaker: link.breaker?.state ?? 0,
    inFlight: link.inFlight,
  };
}
