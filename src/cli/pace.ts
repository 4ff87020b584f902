// How fast simulated time passes, as measured, and so when it will be over.

interface Mark {
  readonly simulatedTime: number;
  /** When it was stored, epoch ms. */
  readonly atMs: number;
}

/** How far back it looks, wall ms: long enough to be calm, short enough to follow a change. */
const windowMs = 15_000;
const marksMax = 200;

export class Pace {
  #marks: Mark[] = [];

  /** Marks ascend in both. */
  add(mark: Mark): void {
    this.#marks.push(mark);
    const oldest = mark.atMs - windowMs;
    // Two are kept however old they are: a slow run has few samples.
    while (
      this.#marks.length > marksMax ||
      (this.#marks.length > 2 && (this.#marks[1]?.atMs ?? 0) < oldest)
    ) {
      this.#marks.shift();
    }
  }

  /** After a pause, a change of the speed or a new attempt, what was measured says nothing about what comes. */
  forget(): void {
    this.#marks = [];
  }

  /** Simulated s per wall s; undefined: not known yet. */
  rate(): number | undefined {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < 500) return undefined;
    const rate = ((last.simulatedTime - first.simulatedTime) * 1000) / (last.atMs - first.atMs);
    return rate > 0 ? rate : undefined;
  }
}
