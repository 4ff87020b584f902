// The aggregate of this service: one run of one design, from request to terminal status.

export const simulationStatuses = [
  "QUEUED",
  "STARTING",
  "RUNNING",
  "PAUSED",
  "COMPLETED",
  "STOPPED",
  "FAILED",
] as const;

/** What is confirmed. */
export type SimulationStatus = (typeof simulationStatuses)[number];

/** What the user last asked for. */
export type DesiredStatus = "RUNNING" | "PAUSED" | "STOPPED";

export type Labels = Readonly<Record<string, string>>;

/** Why a simulation failed; `code` is stable, `message` is for people. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Why a QUEUED simulation waits. Computed or recorded; never a guess. */
export interface Waiting {
  readonly code: "CAPACITY" | "DESIGN_SERVICE" | "ENGINE_FULL" | "ENGINE_UNAVAILABLE";
  readonly message: string;
}

/** Times of day are Dates; simulated times and durations are seconds. */
export interface Simulation {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly designId: string;
  /** Null until the design has been fetched. */
  readonly designRevision: number | null;
  readonly designName: string | null;
  readonly status: SimulationStatus;
  readonly desiredStatus: DesiredStatus;
  readonly failure: Failure | null;
  readonly waiting: Waiting | null;
  /** Why nothing new is known of the run just now (its engine is lost); null while all is well. */
  readonly staleReason: string | null;
  /** Confirmed by the engine; simulated seconds per wall second, 0 = as fast as possible. */
  readonly speed: number;
  readonly desiredSpeed: number;
  readonly seed: number;
  /** Simulated seconds; null until the design has been fetched, unless the start named it. */
  readonly duration: number | null;
  /** Of the duration, in [0,1]. */
  readonly progress: number;
  readonly simulatedTime: number;
  /** Engine runs made for this simulation so far; 0 before the first. */
  readonly attempt: number;
  /** The newest event's seq. */
  readonly lastSeq: number;
  /** Raised by every change, also one without an event: of two snapshots, the greater is the newer. */
  readonly version: number;
  readonly labels: Labels;
  readonly createdAt: Date;
  readonly startTime: Date | null;
  readonly endTime: Date | null;
  readonly run: EngineRun;
}

/** The owner's side of a simulation: who drives it, where, and how far its engine events are stored. */
export interface EngineRun {
  readonly owner: string | null;
  /** Raised by each new owner. */
  readonly fencingToken: number;
  /** The address of the engine that has, or had, the run. */
  readonly engine: string | null;
  /** Tells a restarted engine from the one that began the run. */
  readonly engineInstance: string | null;
  readonly engineVersion: string | null;
  readonly engineDeterministic: boolean;
  /** The last engine event stored, of the present attempt. */
  readonly engineSeq: number;
  /** The engine's rolling digest at `engineSeq`. */
  readonly engineDigest: Uint8Array | null;
  /** Attempts that began again from the start of the log. */
  readonly freshAttempts: number;
  /** Since when the run has been held; null when it is not. */
  readonly pausedSince: Date | null;
  /** Wall time of past pauses since `startTime`, ms. */
  readonly pausedMs: number;
  /** The bounds of this simulation, wall time, s. */
  readonly maxWallTime: number;
  readonly maxPause: number;
  readonly maxQueueTime: number;
}

const terminal: ReadonlySet<SimulationStatus> = new Set(["COMPLETED", "STOPPED", "FAILED"]);

export function isTerminal(status: SimulationStatus): boolean {
  return terminal.has(status);
}
