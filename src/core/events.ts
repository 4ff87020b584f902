// The entries of a simulation's log. What an event says is stored once and never changes; what it is about
// (the simulation as it stands now) travels beside it.
import type { DesiredStatus, SimulationStatus } from "./simulation.ts";

export const eventTypes = [
  "STATUS_CHANGED",
  "SPEED_CHANGED",
  "METRICS_SAMPLED",
  "LOG_EMITTED",
  "FAULT_CHANGED",
  "ATTEMPT_STARTED",
] as const;

export type EventType = (typeof eventTypes)[number];

/** A confirmed change of the status, or a change of what is desired; `reason` says why where it is not plain. */
export interface StatusChanged {
  readonly type: "STATUS_CHANGED";
  readonly status: SimulationStatus;
  readonly previousStatus: SimulationStatus;
  readonly desiredStatus: DesiredStatus;
  readonly reason: string | null;
}

/** Simulated seconds per wall second; 0 = as fast as possible. */
export interface SpeedChanged {
  readonly type: "SPEED_CHANGED";
  readonly speed: number;
  readonly desiredSpeed: number;
}

/** Over the window since the sample before. Rates per simulated second, latencies s, ratios in [0,1]. */
export interface MetricsSampled {
  readonly type: "METRICS_SAMPLED";
  readonly window: number;
  readonly progress: number;
  readonly offered: number;
  readonly throughput: number;
  readonly errorRate: number;
  readonly latencyMean: number;
  readonly latencyP50: number;
  readonly latencyP95: number;
  readonly latencyP99: number;
  readonly latencyMax: number;
  readonly inFlight: number;
  readonly components: readonly ComponentMetrics[];
}

export interface ComponentMetrics {
  readonly componentId: string;
  readonly arrivals: number;
  readonly throughput: number;
  readonly errorRate: number;
  /** Refused at once, per second. */
  readonly rejected: number;
  readonly utilization: number;
  /** Mean over the window. */
  readonly queueLength: number;
  readonly queueMax: number;
  readonly replicas: number;
  readonly latencyMean: number;
  readonly latencyP50: number;
  readonly latencyP95: number;
  readonly latencyP99: number;
  readonly hitRatio: number | null;
}

export interface LogEmitted {
  readonly type: "LOG_EMITTED";
  readonly level: "INFO" | "WARN" | "ERROR";
  readonly code: string;
  readonly message: string;
  readonly componentId: string | null;
}

export interface FaultChanged {
  readonly type: "FAULT_CHANGED";
  readonly faultId: string;
  readonly kind: string;
  readonly componentId: string | null;
  readonly phase: string;
  readonly value: number;
}

/** A new engine run was made for the simulation, since an engine was lost. */
export interface AttemptStarted {
  readonly type: "ATTEMPT_STARTED";
  readonly attempt: number;
  readonly reason: string;
  /** The events so far are replayed silently and stay as they are; else the run begins again. */
  readonly replay: boolean;
}

export type EventBody =
  | StatusChanged
  | SpeedChanged
  | MetricsSampled
  | LogEmitted
  | FaultChanged
  | AttemptStarted;

/** An event before it has its place in the log. */
export interface NewEvent {
  /** Simulated s. */
  readonly simulatedTime: number;
  /** The engine's own number; null for what the engine did not number. */
  readonly engineSeq: number | null;
  readonly body: EventBody;
}

export interface SimulationEvent extends NewEvent {
  readonly simulationId: string;
  /** Dense from 1 within its simulation. */
  readonly seq: number;
  readonly at: Date;
}
