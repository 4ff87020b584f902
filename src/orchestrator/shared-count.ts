// Counting for many who ask at the same moment: one count is made for all of them.

interface Counts {
  /** Under way: it may have looked before somebody asked. */
  readonly now: Promise<number>;
  /** Begins when that one has ended: for all who asked meanwhile. */
  next: Promise<number> | null;
}

/** A count by key, such that each who asks gets one that began after they asked. Holds a key while it is counted. */
export class SharedCount {
  readonly #counts = new Map<string, Counts>();

  of(key: string, count: () => Promise<number>): Promise<number> {
    const counts = this.#counts.get(key);
    if (counts === undefined) return this.#begin(key, count);
    // Where the one under way fails, so would the next: nobody waits for that twice.
    counts.next ??= counts.now.then(() => this.#begin(key, count));
    return counts.next;
  }

  #begin(key: string, count: () => Promise<number>): Promise<number> {
    const now = count();
    const counts: Counts = { now, next: null };
    this.#counts.set(key, counts);
    const over = () => this.#counts.delete(key);
    now.then(() => {
      if (counts.next === null) over();
    }, over);
    return now;
  }
}
