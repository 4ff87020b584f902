// What engines say: samples of a system of twelve components, as the owner's follower gets them.
import type { ComponentMetrics, MetricsSampled } from "../../src/core/events.ts";
import type { EngineBatch } from "../../src/core/ports/engines.ts";

export const componentIds = Array.from({ length: 12 }, (_, index) => `service-${index + 1}`);

/** Different bodies; more than the caches of a processor hold. */
const bodiesMade = 512;

export function sampleBodies(): readonly MetricsSampled[] {
  return Array.from({ length: bodiesMade }, sampleBody);
}

/** One sample and the level behind it. */
export function batchOf(sample: MetricsSampled, engineSeq: number, digest: Uint8Array): EngineBatch {
  const body = { ...sample, progress: progressAt(engineSeq) };
  return {
    events: [{ kind: "event", event: { engineSeq, simulatedTime: engineSeq, body } }],
    level: {
      state: "RUNNING",
      speed: 10,
      atSeq: engineSeq,
      simulatedTime: engineSeq,
      progress: body.progress,
      reason: "",
    },
    digest,
  };
}

export function progressAt(engineSeq: number): number {
  return Math.min(1, engineSeq / 1_000_000);
}

/** Rates are counts over a window of a second; times are means and quantiles, with all their digits. */
function sampleBody(): MetricsSampled {
  const times = latencies();
  return {
    type: "METRICS_SAMPLED",
    window: 1,
    progress: 0,
    offered: count(2_000),
    throughput: count(2_000),
    errorRate: Math.random() / 100,
    ...times,
    inFlight: count(200),
    components: componentIds.map(component),
  };
}

function component(componentId: string): ComponentMetrics {
  const { latencyMax: _, ...times } = latencies();
  return {
    componentId,
    arrivals: count(2_000),
    throughput: count(2_000),
    errorRate: Math.random() / 100,
    rejected: 0,
    utilization: Math.random(),
    queueLength: Math.random() * 10,
    queueMax: count(50),
    replicas: count(8),
    ...times,
    hitRatio: null,
  };
}

function latencies() {
  const mean = Math.random() / 10;
  return {
    latencyMean: mean,
    latencyP50: mean * (0.7 + Math.random() / 10),
    latencyP95: mean * (2 + Math.random()),
    latencyP99: mean * (3 + Math.random()),
    latencyMax: mean * (6 + Math.random()),
  };
}

function count(below: number): number {
  return Math.floor(Math.random() * below);
}
