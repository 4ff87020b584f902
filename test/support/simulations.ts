// Simulations and events for tests that care about few of their fields.
import type { ComponentMetrics, EventBody, MetricsSampled } from "../../src/core/events.ts";
import type { Log } from "../../src/core/ports/log.ts";
import type { Simulation, SimulationStatus } from "../../src/core/simulation.ts";
import { developmentViewer } from "../../src/core/viewer.ts";

export function simulationOf(id: string, overrides: Partial<Simulation> = {}): Simulation {
  return {
    id,
    projectId: "default",
    userId: developmentViewer.userId,
    designId: "mm1",
    designRevision: 1,
    designName: "M/M/1",
    status: "RUNNING",
    desiredStatus: "RUNNING",
    failure: null,
    waiting: null,
    staleReason: null,
    speed: 10,
    desiredSpeed: 10,
    seed: 1,
    duration: 60,
    progress: 0,
    simulatedTime: 0,
    attempt: 1,
    lastSeq: 0,
    version: 1,
    labels: {},
    createdAt: new Date("2026-01-01T00:00:00Z"),
    startTime: new Date("2026-01-01T00:00:01Z"),
    endTime: null,
    run: {
      owner: "r1",
      fencingToken: 1,
      engine: "localhost:1",
      engineInstance: "e1",
      engineVersion: "1",
      engineDeterministic: true,
      engineSeq: 0,
      engineDigest: Uint8Array.of(1, 2, 3),
      freshAttempts: 0,
      pausedSince: null,
      pausedMs: 0,
      maxWallTime: 3600,
      maxPause: 3600,
      maxQueueTime: 3600,
    },
    ...overrides,
  };
}

export function measured(componentId: string): ComponentMetrics {
  return {
    componentId,
    arrivals: 1.5,
    throughput: 1.25,
    errorRate: 0,
    rejected: 0,
    utilization: 0.75,
    queueLength: 2,
    queueMax: 5,
    replicas: 2,
    latencyMean: 0.01,
    latencyP50: 0.009,
    latencyP95: 0.02,
    latencyP99: 0.03,
    hitRatio: null,
  };
}

export function sampled(overrides: Partial<MetricsSampled> = {}): MetricsSampled {
  return {
    type: "METRICS_SAMPLED",
    window: 1,
    progress: 0.5,
    offered: 10,
    throughput: 10,
    errorRate: 0,
    latencyMean: 0.1,
    latencyP50: 0.1,
    latencyP95: 0.2,
    latencyP99: 0.3,
    latencyMax: 0.4,
    inFlight: 1,
    components: [],
    ...overrides,
  };
}

export function logged(message = "hello"): EventBody {
  return { type: "LOG_EMITTED", level: "INFO", code: "TICK", message, componentId: null };
}

export function changedTo(status: SimulationStatus, previousStatus: SimulationStatus = "RUNNING"): EventBody {
  return { type: "STATUS_CHANGED", status, previousStatus, desiredStatus: "RUNNING", reason: null };
}

/** Says nothing; `errors` counts what was said aloud. */
export function quietLog(): Log & { errors: number } {
  const log = {
    errors: 0,
    debug() {},
    info() {},
    warn() {},
    error() {
      log.errors += 1;
    },
    child: () => log,
  };
  return log;
}
