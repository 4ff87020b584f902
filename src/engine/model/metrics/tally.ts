/**
 * Counts and areas since the start of the run, never set back: a window is the difference of two moments. The
 * numbers lie in one typed array, so that adding to them makes no garbage.
 */
export type Tally = Float64Array;

/** A tally's state at an earlier moment; `since` gives what has been added from then on. */
export class Mark {
  private readonly earlier: Float64Array;

  constructor(size: number) {
    this.earlier = new Float64Array(size);
  }

  set(tally: Tally): void {
    this.earlier.set(tally);
  }

  since(tally: Tally, entry: number): number {
    return (tally[entry] ?? 0) - (this.earlier[entry] ?? 0);
  }
}

/** Adds to one entry of a tally. */
export function add(tally: Tally, entry: number, amount: number): void {
  tally[entry] = (tally[entry] ?? 0) + amount;
}
