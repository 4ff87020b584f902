// The engine's report in the product's words and units.
import type {
  ComponentReport,
  ConnectionReport,
  EngineConfig,
  Estimate,
  LatencySummary,
  SimulationReport,
} from "../../core/ports/store.ts";
import type {
  Interval,
  LinkReport,
  Quantiles,
  Report,
  StationReport,
} from "../../gen/architech/engine/v1/engine.ts";
import { bounded } from "./errors.ts";
import { count, finite, notNegative, seconds } from "./numbers.ts";

export function reportFrom(report: Report, config: EngineConfig): SimulationReport {
  return {
    requests: count(report.requests, "requests"),
    succeeded: count(report.ok, "ok requests"),
    failed: count(report.errors, "failed requests"),
    throughput: estimate(report.throughputPerSec, 1),
    latency: latency(report.latency),
    latencyMean: estimate(report.meanLatencyMs, 0.001),
    components: report.stations.slice(0, 10_000).map(component),
    connections: report.links.slice(0, 20_000).map(connection),
    bottleneck: report.bottleneck === "" ? null : bounded(report.bottleneck, 200),
    maxSustainable:
      report.maxSustainablePerSec > 0 ? finite(report.maxSustainablePerSec, "max sustainable") : null,
    wastedWork: seconds(report.wastedWorkMs, "wasted work"),
    engineEvents: count(report.events, "events"),
    assumptions: [
      ...config.assumptions,
      ...report.assumptions.slice(0, 100).map((text) => ({ path: "engine", value: "", text: bounded(text) })),
    ],
    warnings: [
      ...config.warnings,
      ...report.warnings.slice(0, 100).map(({ code, path, message }) => ({
        code: bounded(code, 64),
        path: bounded(path, 200),
        message: bounded(message),
      })),
    ],
  };
}

function component(station: StationReport): ComponentReport {
  return {
    componentId: bounded(station.id, 200),
    utilization: estimate(station.utilization, 1),
    throughput: estimate(station.throughputPerSec, 1),
    queueLength: estimate(station.meanQueue, 1),
    wait: estimate(station.meanWaitMs, 0.001),
    latency: latency(station.residence),
    errors: count(station.errors, "errors"),
    rejected: count(station.rejected, "rejected"),
    hitRatio: station.hitRatio > 0 ? finite(station.hitRatio, "hit ratio") : null,
  };
}

function connection(link: LinkReport): ConnectionReport {
  return {
    connectionId: bounded(link.id, 200),
    calls: count(link.calls, "calls"),
    attempts: count(link.attempts, "attempts"),
    timeouts: count(link.timeouts, "timeouts"),
    retries: count(link.retries, "retries"),
    failures: count(link.failures, "failures"),
  };
}

function estimate(interval: Interval | undefined, scale: number): Estimate {
  if (interval === undefined) return { mean: 0, halfWidth95: null };
  const halfWidth = notNegative(interval.halfWidth95, "a half width");
  return {
    mean: finite(interval.mean, "a mean") * scale,
    halfWidth95: halfWidth > 0 ? halfWidth * scale : null,
  };
}

export function latency(quantiles: Quantiles | undefined): LatencySummary {
  return {
    mean: seconds(quantiles?.meanMs ?? 0, "a mean latency"),
    p50: seconds(quantiles?.p50Ms ?? 0, "p50"),
    p90: seconds(quantiles?.p90Ms ?? 0, "p90"),
    p95: seconds(quantiles?.p95Ms ?? 0, "p95"),
    p99: seconds(quantiles?.p99Ms ?? 0, "p99"),
    max: seconds(quantiles?.maxMs ?? 0, "the largest latency"),
  };
}
