// Simulation Engines, as the orchestrator sees them. Every call is idempotent and carries the fencing token.
import type { NewEvent } from "../events.ts";
import type { Failure } from "../simulation.ts";
import type { EngineConfig, ReportWarning, SimulationReport } from "./store.ts";

export interface EngineRunKey {
  readonly simulationId: string;
  readonly attempt: number;
  readonly token: number;
}

export interface EngineStart {
  readonly run: EngineRunKey;
  readonly config: EngineConfig;
  readonly speed: number;
  readonly paused: boolean;
  /** Continue a log: run silently to this engine event, which must have this digest. Null: from the beginning. */
  readonly replay: {
    readonly engineSeq: number;
    readonly digest: Uint8Array;
    readonly simulatedTime: number;
  } | null;
  /** Wall ms: hearing nothing from its owner for so long, the engine ends the run by itself. */
  readonly orphanTimeoutMs: number;
  /** Wall ms; after it the call must not take effect any more. */
  readonly expiresInMs: number;
}

export type EngineRunState = "QUEUED" | "RUNNING" | "PAUSED" | "COMPLETED" | "STOPPED" | "FAILED";

export interface EngineRunInfo {
  readonly simulationId: string;
  readonly attempt: number;
  readonly state: EngineRunState;
  readonly lastSeq: number;
  readonly simulatedTime: number;
  readonly engineInstance: string;
  readonly engineVersion: string;
  readonly reason: string;
}

/** Unnumbered: the state after the events of its batch. */
export interface EngineLevel {
  readonly state: EngineRunState;
  readonly speed: number;
  readonly atSeq: number;
  readonly simulatedTime: number;
  readonly progress: number;
  readonly reason: string;
}

/** Checked: numbers finite, known kinds, component ids resolved, texts bounded. */
export type EngineEvent =
  | { readonly kind: "event"; readonly event: NewEvent & { readonly engineSeq: number } }
  | {
      readonly kind: "completed";
      readonly engineSeq: number;
      readonly simulatedTime: number;
      readonly report: SimulationReport;
    }
  | {
      readonly kind: "failed";
      readonly engineSeq: number;
      readonly simulatedTime: number;
      readonly failure: Failure;
    };

export interface EngineBatch {
  readonly events: readonly EngineEvent[];
  readonly level: EngineLevel | null;
  readonly digest: Uint8Array;
}

export interface EngineCapabilities {
  readonly name: string;
  readonly version: string;
  readonly instance: string;
  readonly deterministic: boolean;
  readonly maxRuns: number;
  readonly runningRuns: number;
  readonly features: readonly string[];
}

/**
 * How a call failed. UNAVAILABLE: the outcome is unknown, ask again. PROTOCOL: the engine broke the contract.
 * The others are refusals.
 */
export type EngineErrorCode =
  | "UNAVAILABLE"
  | "NOT_FOUND"
  | "STALE_TOKEN"
  | "SUPERSEDED_ATTEMPT"
  | "TOMBSTONED"
  | "EXPIRED"
  | "RUN_ENDED"
  | "NOT_REPRODUCIBLE"
  | "CONFIG_MISMATCH"
  | "INVALID_CONFIG"
  | "FULL"
  | "DRAINING"
  | "OUT_OF_RANGE"
  | "STREAM_TAKEN"
  | "PROTOCOL";

export class EngineError extends Error {
  readonly code: EngineErrorCode;
  /** With INVALID_CONFIG: what the engine will not run, and why. */
  readonly problems: readonly ReportWarning[];

  constructor(code: EngineErrorCode, message: string, problems: readonly ReportWarning[] = []) {
    super(message);
    this.name = "EngineError";
    this.code = code;
    this.problems = problems;
  }
}

/** Every call throws EngineError only, and ends by its own deadline. */
export interface Engine {
  readonly address: string;
  capabilities(): Promise<EngineCapabilities>;
  start(request: EngineStart): Promise<EngineRunInfo>;
  pause(run: EngineRunKey): Promise<EngineRunInfo>;
  resume(run: EngineRunKey): Promise<EngineRunInfo>;
  setSpeed(run: EngineRunKey, speed: number): Promise<EngineRunInfo>;
  stop(run: EngineRunKey, reason: string): Promise<EngineRunInfo>;
  get(run: EngineRunKey): Promise<EngineRunInfo>;
  /** The events up to `engineSeq` are stored; also the owner's sign of life. */
  acknowledge(run: EngineRunKey, engineSeq: number): Promise<void>;
  forget(run: EngineRunKey): Promise<void>;
  /** All runs of this installation on this engine. */
  list(): Promise<readonly EngineRunInfo[]>;
  /**
   * Events after `afterSeq`, then live; ends after the terminal event or level. Reading slowly slows the engine
   * run and nothing else. Throws EngineError; PROTOCOL where a batch breaks the contract.
   */
  subscribe(
    run: EngineRunKey,
    afterSeq: number,
    config: EngineConfig,
    signal: AbortSignal,
  ): AsyncIterable<EngineBatch>;
}

/** The engines this replica can reach; at least one. */
export interface EngineFleet {
  readonly engines: readonly Engine[];
  get(address: string): Engine | undefined;
  close(): Promise<void>;
}
