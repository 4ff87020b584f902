// A simulation with what its row keeps beside it to find events quickly.
import type { Simulation } from "../core/simulation.ts";

export interface Stored {
  readonly simulation: Simulation;
  /** Seqs of the newest STATUS_CHANGED and METRICS_SAMPLED; 0: none yet. */
  readonly lastStatusSeq: number;
  readonly lastMetricsSeq: number;
  /** Seq of the newest attempt that began again from the start; 0: none. What was sampled before it is history of a run that is void. */
  readonly restartSeq: number;
}
