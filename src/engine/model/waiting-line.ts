/**
 * Who waits, as whole numbers, in one or more levels of urgency; within a level first in, first out (or last
 * in, first out). Entries may go stale while they wait (their request was cancelled): the line does not know,
 * its user skips them when they come out, and `count` is the user's own count of those that still matter.
 */
export class WaitingLine {
  /** Entries that still matter; kept by the user, who alone knows which have gone stale. */
  count = 0;
  private readonly levels: Ring[];
  private readonly newestFirst: boolean;

  /** `levels` >= 1: how many levels of urgency there are; 0 is the most urgent. */
  constructor(levels: number, newestFirst: boolean) {
    this.levels = Array.from({ length: levels }, () => new Ring());
    this.newestFirst = newestFirst;
  }

  push(entry: number, level: number): void {
    const ring = this.levels[level] ?? this.levels[0];
    ring?.push(entry);
  }

  /** The next entry, stale or not; -1 where there is none. */
  pop(): number {
    for (const ring of this.levels) {
      if (ring.size > 0) return this.newestFirst ? ring.popNewest() : ring.popOldest();
    }
    return -1;
  }

  /** Entries held, stale ones included. */
  get held(): number {
    let held = 0;
    for (const ring of this.levels) held += ring.size;
    return held;
  }

  /** Drops the entries that no longer matter, so that a line that never moves does not fill with them. */
  sweep(matters: (entry: number) => boolean): void {
    for (const ring of this.levels) {
      for (let left = ring.size; left > 0; left--) {
        const entry = ring.popOldest();
        if (matters(entry)) ring.push(entry);
      }
    }
  }
}

class Ring {
  size = 0;
  private entries = new Int32Array(16);
  private head = 0;

  push(entry: number): void {
    if (this.size === this.entries.length) this.grow();
    this.entries[(this.head + this.size++) & (this.entries.length - 1)] = entry;
  }

  popOldest(): number {
    const entry = this.entries[this.head] ?? -1;
    this.head = (this.head + 1) & (this.entries.length - 1);
    this.size--;
    return entry;
  }

  popNewest(): number {
    return this.entries[(this.head + --this.size) & (this.entries.length - 1)] ?? -1;
  }

  private grow(): void {
    const old = this.entries;
    const entries = new Int32Array(old.length * 2);
    for (let i = 0; i < this.size; i++) entries[i] = old[(this.head + i) & (old.length - 1)] ?? 0;
    this.entries = entries;
    this.head = 0;
  }
}
