/**
 * Every bound of the engine in one place. Memory is bounded by
 * capacity x (run memory + window) + ended bytes + a little for each fence.
 */
export interface Limits {
  /** Runs that are not terminal, at most. Paused runs and runs held by a full window count. */
  readonly capacity: number;
  /** Wall ms without a call of the owner after which a run ends itself, where Start names none. */
  readonly orphanTimeoutMs: number;
  /** Unacknowledged events per run. A run may pass it by the few events of one slice. */
  readonly windowEvents: number;
  /** Encoded bytes of unacknowledged events per run. */
  readonly windowBytes: number;
  /** Events per EventBatch. */
  readonly batchEvents: number;
  /** Encoded bytes of events per EventBatch; one event larger than this goes alone. */
  readonly batchBytes: number;
  /** Simulations without a run whose token, attempt and tombstone are remembered. */
  readonly fences: number;
  /** Wall ms for which such a memory is kept. */
  readonly fenceMs: number;
  /** Terminal runs kept for a late owner. */
  readonly endedRuns: number;
  /** Wall ms for which a terminal run is kept. */
  readonly endedMs: number;
  /** Encoded bytes of unacknowledged events of all terminal runs together. */
  readonly endedBytes: number;
  /** Faults added to one run while it is under way. */
  readonly liveFaults: number;
  /** Wall ms of one run, pauses left out, where its config names no bound. */
  readonly maxWallMs: number;
  /** Heap of one run's thread, in MiB. */
  readonly runMemoryMb: number;
  /** Wall ms from SIGTERM to the end of the program, at most. */
  readonly drainMs: number;
}

const hourMs = 3_600_000;
const mebibyte = 1_048_576;

export const defaultLimits: Limits = {
  capacity: 64,
  orphanTimeoutMs: 30_000,
  windowEvents: 4_096,
  windowBytes: 16 * mebibyte,
  batchEvents: 256,
  batchBytes: mebibyte,
  fences: 10_000,
  fenceMs: hourMs,
  endedRuns: 1_000,
  endedMs: hourMs,
  endedBytes: 256 * mebibyte,
  liveFaults: 1_000,
  maxWallMs: 24 * hourMs,
  runMemoryMb: 1_024,
  drainMs: 10_000,
};

/** Bytes of one request message; a config of 2,000 stations and 10,000 links takes about 2 MiB. */
export const maxRequestBytes = 8 * mebibyte;
/** Characters of an installation or simulation id. */
export const maxIdLength = 200;
/** Characters of a reason given to Stop; a longer one is cut. */
export const maxReasonLength = 1_000;
/** Bytes of problems in the metadata of one refusal: HTTP/2 peers accept about 8 KiB of headers. */
export const maxProblemBytes = 4_096;
/** Open health watches. */
export const maxHealthWatches = 256;
