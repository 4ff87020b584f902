// Simulations, events and viewers for the tests of the store. Each test takes a project of its own, so that
// tests of one database do not meet.
import { randomBytes } from "node:crypto";
import type { ComponentMetrics, EventBody, MetricsSampled, NewEvent } from "../../src/core/events.ts";
import type { NewSimulation, SimulationStore, StartInput } from "../../src/core/ports/store.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import type { Viewer } from "../../src/core/viewer.ts";

let made = 0;

const usualTime = new Date("2026-01-02T03:04:05.678Z");

/** UUIDv7s of that time that ascend, also within a millisecond. */
export function nextId(createdAt = usualTime): string {
  made += 1;
  const time = createdAt.getTime().toString(16).padStart(12, "0");
  const place = made.toString(16).padStart(6, "0");
  const random = randomBytes(6).toString("hex");
  return [time.slice(0, 8), time.slice(8), `7${place.slice(0, 3)}`, `8${place.slice(3)}`, random].join("-");
}

export function nextProject(): string {
  return `project-${randomBytes(6).toString("hex")}`;
}

export const admin: Viewer = { userId: "root", roles: new Map(), admin: true };

export function viewer(userId: string, ...projectIds: string[]): Viewer {
  return { userId, roles: new Map(projectIds.map((id) => [id, "operator"])), admin: false };
}

export type Overrides = Partial<Omit<Simulation, "run">> & { readonly run?: Partial<Simulation["run"]> };

export function simulation({ run, ...overrides }: Overrides = {}): Simulation {
  return {
    id: nextId(overrides.createdAt),
    projectId: "project",
    userId: "user",
    designId: "design",
    designRevision: 3,
    designName: "Checkout",
    status: "QUEUED",
    desiredStatus: "RUNNING",
    failure: null,
    waiting: null,
    staleReason: null,
    speed: 10,
    desiredSpeed: 10,
    seed: 42,
    duration: 3_600,
    progress: 0,
    simulatedTime: 0,
    attempt: 0,
    lastSeq: 0,
    version: 0,
    labels: {},
    createdAt: usualTime,
    startTime: null,
    endTime: null,
    run: {
      owner: null,
      fencingToken: 0,
      engine: null,
      engineInstance: null,
      engineVersion: null,
      engineDeterministic: false,
      engineSeq: 0,
      engineDigest: null,
      freshAttempts: 0,
      pausedSince: null,
      pausedMs: 0,
      maxWallTime: 3_600,
      maxPause: 3_600,
      maxQueueTime: 3_600,
      ...run,
    },
    ...overrides,
  };
}

export function inputOf({ designId, projectId, seed, duration, speed, labels }: Simulation): StartInput {
  return {
    designId,
    projectId,
    seed,
    duration,
    speed,
    labels,
    startPaused: false,
    maxWallTime: null,
    maxPause: null,
    maxQueueTime: null,
  };
}

export function draft(overrides: Overrides = {}, key: string | null = null): NewSimulation {
  const made = simulation(overrides);
  return {
    simulation: made,
    input: inputOf(made),
    idempotencyKey: key,
    events: [statusEvent(made)],
    documents: {},
  };
}

/** Makes one in the store and gives it as it stands there. */
export async function created(store: SimulationStore, overrides: Overrides = {}): Promise<Simulation> {
  const result = await store.create(draft(overrides));
  if (result.kind !== "created") throw new Error("It was there already.");
  return result.simulation;
}

export function statusEvent({ status, desiredStatus, simulatedTime }: Simulation): NewEvent {
  return event(
    { type: "STATUS_CHANGED", status, previousStatus: status, desiredStatus, reason: null },
    simulatedTime,
  );
}

export function event(body: EventBody, simulatedTime = 0, engineSeq: number | null = null): NewEvent {
  return { simulatedTime, engineSeq, body };
}

export function log(message: string): NewEvent {
  return event({ type: "LOG_EMITTED", level: "INFO", code: "TEST", message, componentId: null });
}

export function restart(attempt: number, replay = false): NewEvent {
  return event({ type: "ATTEMPT_STARTED", attempt, reason: "The engine was lost.", replay });
}

/** A sample at a simulated time; every measure is `value` unless it is named. */
export function sample(
  simulatedTime: number,
  value: number,
  measures: Partial<MetricsSampled> = {},
): NewEvent {
  return event(
    {
      type: "METRICS_SAMPLED",
      window: 1,
      progress: 0.5,
      offered: value,
      throughput: value,
      errorRate: value,
      latencyMean: value,
      latencyP50: value,
      latencyP95: value,
      latencyP99: value,
      latencyMax: value,
      inFlight: value,
      components: [component(value)],
      ...measures,
    },
    simulatedTime,
  );
}

function component(value: number): ComponentMetrics {
  return {
    componentId: "checkout",
    arrivals: value,
    throughput: value,
    errorRate: 0,
    rejected: 0,
    utilization: 0.5,
    queueLength: 0.25,
    queueMax: 3,
    replicas: 2,
    latencyMean: 0.01,
    latencyP50: 0.01,
    latencyP95: 0.02,
    latencyP99: 0.03,
    hitRatio: null,
  };
}
