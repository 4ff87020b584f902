import { Mark } from "./tally.ts";

export const CALLS = 0; // logical calls
export const ATTEMPTS = 1; // first tries and retries that were sent
export const TIMEOUTS = 2;
export const RETRIES = 3;
export const FAILURES = 4; // logical calls that ended badly
const SIZE = 5;

/** What is counted on one link. */
export class LinkMeter {
  readonly tally = new Float64Array(SIZE);
  readonly window = new Mark(SIZE);
  readonly warm = new Mark(SIZE);
}
