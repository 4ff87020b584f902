import { Histogram } from "./histogram.ts";
import { add, Mark } from "./tally.ts";

export const ARRIVALS = 0;
export const ENDED = 1; // served to the end, well or not
export const ERRORS = 2; // of those that ended, the failed ones
export const REJECTED = 3; // refused at once
export const BEGUN = 4; // given a slot
export const WAIT_MS = 5; // summed over those begun
export const BUSY_AREA = 6; // slot ms held
export const QUEUE_AREA = 7; // request ms waited
export const CAPACITY_AREA = 8; // slot ms available
export const REPLICA_AREA = 9; // replica ms up
export const WORK_MS = 10; // slot ms of work steps
export const LOOKUPS = 11;
export const HITS = 12;
const SIZE = 13;

/** What is counted at one station. */
export class StationMeter {
  readonly tally = new Float64Array(SIZE);
  /** The state at the start of the window, of the batch, and at the end of the warm-up. */
  readonly window = new Mark(SIZE);
  readonly batch = new Mark(SIZE);
  readonly warm = new Mark(SIZE);
  /** Times in the station of those that ended: in this window, and after the warm-up in all earlier windows. */
  readonly residence = new Histogram();
  readonly residenceBefore = new Histogram();
  /** The longest queue in this window. */
  maxQueue = 0;
  private lastMs = 0;

  /** Adds the time since the last call to the areas; to be called before any of these numbers changes. */
  elapse(nowMs: number, busy: number, queued: number, capacity: number, replicas: number): void {
    const span = nowMs - this.lastMs;
    if (span === 0) return;
    this.lastMs = nowMs;
    const tally = this.tally;
    add(tally, BUSY_AREA, busy * span);
    add(tally, QUEUE_AREA, queued * span);
    add(tally, CAPACITY_AREA, capacity * span);
    add(tally, REPLICA_AREA, replicas * span);
  }
}
