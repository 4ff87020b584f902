/**
 * The timeouts of one link. They are all equally long, so they fall due in the order in which they were set:
 * a ring holds them, and only the first needs an event in the agenda. A call that ended in time leaves its
 * entry behind; entries are told stale by the call's generation and dropped when the ring would have to grow.
 */
export class Deadlines {
  private times = new Float64Array(64);
  private calls = new Int32Array(64);
  private generations = new Int32Array(64);
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

  /** Keeps the live entries, in order, and doubles the ring where they fill more than half of it. */
  private rebuild(): void {
    const capacity = this.times.length;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      const from = (this.head + i) & (capacity - 1);
      if (!this.matters(this.calls[from] ?? 0, this.generations[from] ?? 0)) continue;
      const to = (this.head + kept++) & (capacity - 1);
      this.times[to] = this.times[from] ?? 0;
      this.calls[to] = this.calls[from] ?? 0;
      this.generations[to] = this.generations[from] ?? 0;
    }
    this.size = kept;
    if (kept * 2 > capacity) this.double();
  }

  private double(): void {
    const old = this.times.length;
    const times = new Float64Array(old * 2);
    const calls = new Int32Array(old * 2);
    const generations = new Int32Array(old * 2);
    for (let i = 0; i < this.size; i++) {
      const slot = (this.head + i) & (old - 1);
      times[i] = this.times[slot] ?? 0;
      calls[i] = this.calls[slot] ?? 0;
      generations[i] = this.generations[slot] ?? 0;
    }
    this.times = times;
    this.calls = calls;
    this.generations = generations;
    this.head = 0;
  }
}
