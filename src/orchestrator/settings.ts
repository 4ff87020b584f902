// What an operator can change about orchestration. Wall times in ms unless the name says s.
import type { AdmissionLimits } from "../core/ports/leases.ts";

export interface OrchestratorSettings {
  /** Unique among the living. */
  readonly replica: string;
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  /** After this long without a renewal, by its own monotonic clock, a replica stops driving. Less than leaseMs. */
  readonly selfFenceMs: number;
  readonly scanEveryMs: number;
  /** A start waits this long for the Design Service before it is accepted without the design. */
  readonly designWaitMs: number;
  /** An engine ends a run by itself when its owner has been silent for this long. */
  readonly orphanTimeoutMs: number;
  /** A start that no engine confirms goes back to the queue after this long. */
  readonly startWithinMs: number;
  /** A lost engine is called so after this long. */
  readonly staleAfterMs: number;
  /** Attempts that begin a run again from its start. */
  readonly freshAttempts: number;
  readonly admission: AdmissionLimits;
  readonly maxQueuedPerUser: number;
  /** Bounds of one simulation, s; a start may ask for less. */
  readonly maxWallTimeS: number;
  readonly maxPauseS: number;
  readonly maxQueueTimeS: number;
}

export const defaultSettings: Omit<OrchestratorSettings, "replica"> = {
  leaseMs: 2_400,
  renewEveryMs: 500,
  selfFenceMs: 1_600,
  scanEveryMs: 250,
  designWaitMs: 500,
  orphanTimeoutMs: 30_000,
  startWithinMs: 10_000,
  staleAfterMs: 500,
  freshAttempts: 3,
  admission: { total: 64, perProject: 32, perUser: 32, perEngine: 64 },
  maxQueuedPerUser: 1_000,
  maxWallTimeS: 24 * 3600,
  maxPauseS: 8 * 3600,
  maxQueueTimeS: 24 * 3600,
};
