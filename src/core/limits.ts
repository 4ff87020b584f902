// Every bound of the service, with its unit. Config may change those that an operator would want to.

export const limits = {
  /** Start input. */
  idempotencyKeyLength: 200,
  labelCount: 32,
  labelKeyLength: 63,
  labelValueLength: 256,
  /** Simulated s. */
  durationMax: 30 * 24 * 3600,
  /** Simulated s per wall s. */
  speedMax: 1_000_000,

  /** Reading. */
  listPageMax: 200,
  listPageDefault: 50,
  /** A list that is longer is not counted. */
  listCountMax: 10_000,
  /** A list that no index serves may be searched for this long, ms. */
  listSearchMs: 3_000,
  eventPageMax: 1_000,
  eventPageDefault: 200,
  metricPointsMax: 2_000,
  metricPointsDefault: 300,
  metricComponentsMax: 20,
  bulkStopMax: 1_000,

  /** Live delivery: the tail of one simulation, and all tails of a replica. */
  tailEvents: 512,
  tailBytes: 2 * 1024 * 1024,
  tailsBytes: 256 * 1024 * 1024,
  /** Events that one page read of the log brings. */
  readerPage: 500,
  /** A quiet topic checks its position against the log this often, ms. */
  quietCheckMs: 5_000,

  /** Group commit: changes in one transaction. */
  commitBatch: 500,
  /** Changes waiting for a commit before the store says UNAVAILABLE. */
  commitQueue: 20_000,

  /** Starts in one statement, by number and bytes: one more is taken while it is below both. */
  createBatch: 100,
  createBatchBytes: 2 * 1024 * 1024,
  /** Starts waiting for theirs before the store says UNAVAILABLE. */
  createQueue: 5_000,
  createQueueBytes: 64 * 1024 * 1024,
} as const;
