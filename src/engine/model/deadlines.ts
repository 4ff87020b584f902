/**
 * The timeouts of one link. They are all equally long, so they fall due in the order in which they were set:
 * a ring holds them, and only the first needs an event in the agenda. A call that ended in time leaves its
 * entry behind; entries are told stale by the call's generation and dropped when the ring would have to grow.
 */
export class Deadlines {
  private times = new Float64Array(16);
  private calls = new Int32Array(16);
  private generations = new Int32Array(16);
  private head = 0;
  private size = 0;
  private readonly matters: (call: number, generation: number) => boolean;

  /** `matters` says whether the attempt with this generation is still under way. */
  constructor(matters: (call: number, generation: number) => boolean) {
    this.matters = matters;
  }

  get length(): number {
    return this.size;
  }

  /** Of the first entry; there must be one. */
  get firstMs(): number {
    return this.times[this.head] ?? 0;
  }

  get firstCall(): number {
    return this.calls[this.head] ?? 0;
  }

  get firstGeneration(): number {
    return this.generations[this.head] ?? 0;
  }

  push(timeMs: number, call: number, generation: number): void {
    if (this.size === this.times.length) this.rebuild();
    const slot = (this.head + this.size++) & (this.times.length - 1);
    this.times[slot] = timeMs;
    this.calls[slot] = call;
    this.generations[slot] = generation;
  }

  dropFirst(): void {
    this.head = (this.head + 1) & (this.times.length - 1);
    this.size--;
  }

  /** Drops stale entries from the front, up to the first that matters. */
  dropStale(): void {
    while (this.size > 0 && !this.matters(this.firstCall, this.firstGeneration)) this.dropFirst();
  }

  /** Keeps the live entries, in a ring twice as long where they fill more than half of it. */
  private rebuild(): void {
    const old = this.times.length;
    const live: number[] = [];
    for (let i = 0; i < this.size; i++) {
      const slot = (this.head + i) & (old - 1);
      if (this.matters(this.calls[slot] ?? 0, this.generations[slot] ?? 0)) live.push(slot);
    }
    const capacity = live.length * 2 > old ? old * 2 : old;
    const times = new Float64Array(capacity);
    const calls = new Int32Array(capacity);
    const generations = new Int32Array(capacity);
    for (const [i, slot] of live.entries()) {
      times[i] = this.times[slot] ?? 0;
      calls[i] = this.calls[slot] ?? 0;
      generations[i] = this.generations[slot] ?? 0;
    }
    this.times = times;
    this.calls = calls;
    this.generations = generations;
    this.head = 0;
    this.size = live.length;
  }
}
