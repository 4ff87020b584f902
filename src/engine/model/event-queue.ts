/**
 * A priority queue of events: a 4-ary heap over parallel typed arrays, least (time, seq) first. `seq` is the
 * order of pushing, so events of the same time leave in the order in which they came, on every machine.
 * Holds no objects, so it makes no garbage; grows by doubling and keeps its size.
 */
export class EventQueue {
  /** Of the event taken last. */
  timeMs = 0;
  what = 0;
  mark = 0;

  private times = new Float64Array(256);
  private seqs = new Float64Array(256);
  private whats = new Int32Array(256);
  private marks = new Int32Array(256);
  private size = 0;
  private seq = 0;

  get length(): number {
    return this.size;
  }

  /** The time of the first event; Infinity where there is none. */
  get nextMs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : (this.times[0] ?? 0);
  }

  /** Of the first event; there must be one. */
  get firstWhat(): number {
    return this.whats[0] ?? 0;
  }

  get firstMark(): number {
    return this.marks[0] ?? 0;
  }

  push(timeMs: number, what: number, mark: number): void {
    if (this.size === this.times.length) this.grow();
    const times = this.times;
    let hole = this.size++;
    // A new event has the greatest seq of all: it rises past strictly later times only.
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if ((times[parent] ?? 0) <= timeMs) break;
      this.move(parent, hole);
      hole = parent;
    }
    this.put(hole, timeMs, this.seq++, what, mark);
  }

  /** Takes the first event into timeMs, what and mark. There must be one. */
  pop(): void {
    this.timeMs = this.times[0] ?? 0;
    this.what = this.whats[0] ?? 0;
    this.mark = this.marks[0] ?? 0;
    const last = --this.size;
    if (last > 0) this.sink(last);
  }

  /** Puts the event at index `last`, just cut off, into the hole at the root, as deep as it belongs. */
  private sink(last: number): void {
    const { times, seqs } = this;
    const time = times[last] ?? 0;
    const seq = seqs[last] ?? 0;
    let hole = 0;
    for (;;) {
      const first = (hole << 2) + 1;
      if (first >= last) break;
      const end = first + 4 < last ? first + 4 : last;
      let least = first;
      let leastTime = times[first] ?? 0;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] ?? 0;
        if (childTime < leastTime || (childTime === leastTime && (seqs[child] ?? 0) < (seqs[least] ?? 0))) {
          least = child;
          leastTime = childTime;
        }
      }
      if (time < leastTime || (time === leastTime && seq < (seqs[least] ?? 0))) break;
      this.move(least, hole);
      hole = least;
    }
    this.put(hole, time, seq, this.whats[last] ?? 0, this.marks[last] ?? 0);
  }

  private move(from: number, to: number): void {
    this.times[to] = this.times[from] ?? 0;
    this.seqs[to] = this.seqs[from] ?? 0;
    this.whats[to] = this.whats[from] ?? 0;
    this.marks[to] = this.marks[from] ?? 0;
  }

  private put(index: number, timeMs: number, seq: number, what: number, mark: number): void {
    this.times[index] = timeMs;
    this.seqs[index] = seq;
    this.whats[index] = what;
    this.marks[index] = mark;
  }

  private grow(): void {
    const capacity = this.times.length * 2;
    const times = new Float64Array(capacity);
    const seqs = new Float64Array(capacity);
    const whats = new Int32Array(capacity);
    const marks = new Int32Array(capacity);
    times.set(this.times);
    seqs.set(this.seqs);
    whats.set(this.whats);
    marks.set(this.marks);
    this.times = times;
    this.seqs = seqs;
    this.whats = whats;
    this.marks = marks;
  }
}
