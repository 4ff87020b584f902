import { Histogram } from "./histogram.ts";
import { Mark } from "./tally.ts";

export const OFFERED = 0;
export const OK = 1;
export const FAILED = 2;
export const LATENCY_MS = 3; // summed over those that ended well
export const WASTED_MS = 4; // work for attempts whose caller had given up
const SIZE = 5;

/** What is counted of the sources' requests, end to end. */
export class RunMeter {
  readonly tally = new Float64Array(SIZE);
  readonly window = new Mark(SIZE);
  readonly batch = new Mark(SIZE);
  readonly warm = new Mark(SIZE);
  /** Latencies of those that ended well: in this window, and after the warm-up in all earlier windows. */
  readonly latency = new Histogram();
  readonly latencyBefore = new Histogram();
}
