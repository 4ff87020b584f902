import type { MessagePort } from "node:worker_threads";
import type { Fault, SimulationConfig } from "../gen/architech/engine/v1/engine.ts";

/** All that a run's thread is told before it begins. */
export interface RunPlan {
  readonly config: SimulationConfig;
  /** Simulated seconds per wall second; 0 = as fast as possible. */
  readonly speed: number;
  readonly startPaused: boolean;
  /** Events 1..n are made silently: neither kept nor sent. */
  readonly resumeAfterSeq: number;
  /** What the rolling digest must be at event n; empty only where n = 0. */
  readonly expectedDigest: Uint8Array;
  /** Ascending by atMs, the simulated time at which each is applied. */
  readonly appliedFaults: readonly Fault[];
  /** Simulated time up to which the run goes as fast as it can. */
  readonly resumeAtMs: number;
  /** The run holds while this many events, or bytes of them, are unacknowledged. */
  readonly windowEvents: number;
  readonly windowBytes: number;
  /** Wall ms without pauses after which the run fails. */
  readonly maxWallMs: number;
}

/** What a thread is given when it is made: the mailbox through which all else comes. */
export interface ThreadData {
  /** Commands; read between slices, so nothing ever listens on it. */
  readonly port: MessagePort;
  /** One Int32: raised after each command is posted, and what the thread sleeps on. */
  readonly bell: SharedArrayBuffer;
}

/** The first message to a thread; commands follow. */
export interface Begin {
  readonly kind: "begin";
  readonly plan: RunPlan;
}

export type Command =
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "speed"; readonly speed: number }
  /** Acknowledged: this many events, this many bytes of them, have left the window. */
  | { readonly kind: "release"; readonly events: number; readonly bytes: number }
  | { readonly kind: "inject"; readonly call: number; readonly fault: Fault };

/** Numbered events in the order of their seq, encoded, back to back. */
export interface EventChunk {
  readonly firstSeq: number;
  readonly bytes: Uint8Array;
  /** Where each event ends in `bytes`. */
  readonly ends: Uint32Array;
  /** The rolling digest at each event, 32 bytes each, back to back. */
  readonly digests: Uint8Array;
}

/** Where a run is: after the last event that its thread has sent. */
export interface Standing {
  readonly state: "QUEUED" | "RUNNING" | "PAUSED";
  /** Waiting for acknowledgements. */
  readonly held: boolean;
  readonly simTimeMs: number;
  /** Simulation events processed; inner ones, not numbered ones. */
  readonly processed: number;
  readonly inFlight: number;
}

export interface Ending {
  readonly state: "COMPLETED" | "FAILED";
  /** Empty, or `CODE: message`. */
  readonly reason: string;
}

/** What a thread says. The ending is the last thing. */
export type Report =
  | {
      readonly kind: "progress";
      readonly standing: Standing;
      readonly events: EventChunk | undefined;
      readonly ending: Ending | undefined;
    }
  | { readonly kind: "injected"; readonly call: number; readonly appliedAtMs: number }
  | { readonly kind: "not-injected"; readonly call: number; readonly problem: string };
