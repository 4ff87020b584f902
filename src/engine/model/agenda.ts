import { EventQueue } from "./event-queue.ts";

/** What an event of the simulation is; the number is a part of its packed form. */
export const ARRIVAL = 0; // an open source's next request          index: source, mark: generation
export const THINK_END = 1; // a user has thought                    index: source, mark: user
export const USERS_RISE = 2; // a closed source gains a user         index: source, mark: generation
export const REQUEST_IN = 3; // an attempt reaches its station       index: request, mark: generation
export const WORK_END = 4; // a work step is done                    index: request, mark: generation
export const REPLY = 5; // the answer of an attempt is back          index: call, mark: generation
export const DEADLINE = 6; // the next timeout of a link is due      index: link, mark: unused
export const RETRY = 7; // a back-off is over                        index: call, mark: generation
export const REPLICA = 8; // a replica fails, or is repaired         index: station, mark: replica
export const SCALING = 9; // an autoscaler looks, or replicas started index: station, mark: LOOK, DEMAND or a number
export const SHARED_END = 10; // work that shares cores is done      index: sharing, mark: generation

/** Marks of SCALING: the autoscaler looks; a request found no free slot; above 0: so many replicas have started. */
export const LOOK = 0;
export const DEMAND = -1;

const KIND_BITS = 5;
const KIND_MASK = (1 << KIND_BITS) - 1;
/** Indexes must stay below this to be packed beside the kind. */
export const MAX_INDEX = 1 << (31 - KIND_BITS);

/**
 * The clock and what is yet to happen. What takes no time goes through a first-in first-out ring before
 * anything else, which is much cheaper than the heap, and keeps chains of instant steps off the stack.
 */
export class Agenda {
  nowMs = 0;
  /** Of the event taken last. */
  kind = 0;
  index = 0;
  mark = 0;

  private readonly later = new EventQueue();
  private ringWhats = new Int32Array(256);
  private ringMarks = new Int32Array(256);
  private head = 0;
  private instant = 0;

  /** The time of the next event; Infinity where there is none. */
  get nextMs(): number {
    return this.instant > 0 ? this.nowMs : this.later.nextMs;
  }

  /** After `delayMs` from now; 0 = now, after all that is already to happen now by this same way. */
  after(delayMs: number, kind: number, index: number, mark: number): void {
    if (delayMs > 0) this.later.push(this.nowMs + delayMs, (index << KIND_BITS) | kind, mark);
    else this.now(kind, index, mark);
  }

  /** At a time that is not past. */
  at(timeMs: number, kind: number, index: number, mark: number): void {
    this.later.push(timeMs, (index << KIND_BITS) | kind, mark);
  }

  now(kind: number, index: number, mark: number): void {
    const capacity = this.ringWhats.length;
    if (this.instant === capacity) this.growRing();
    const slot = (this.head + this.instant++) & (this.ringWhats.length - 1);
    this.ringWhats[slot] = (index << KIND_BITS) | kind;
    this.ringMarks[slot] = mark;
  }

  /** Takes the next event, moves the clock to it, and leaves it in kind, index and mark. There must be one. */
  take(): void {
    let what: number;
    if (this.instant > 0) {
      what = this.ringWhats[this.head] ?? 0;
      this.mark = this.ringMarks[this.head] ?? 0;
      this.head = (this.head + 1) & (this.ringWhats.length - 1);
      this.instant--;
    } else {
      this.later.pop();
      this.nowMs = this.later.timeMs;
      what = this.later.what;
      this.mark = this.later.mark;
    }
    this.kind = what & KIND_MASK;
    this.index = what >>> KIND_BITS;
  }

  private growRing(): void {
    const old = this.ringWhats.length;
    const whats = new Int32Array(old * 2);
    const marks = new Int32Array(old * 2);
    for (let i = 0; i < this.instant; i++) {
      const slot = (this.head + i) & (old - 1);
      whats[i] = this.ringWhats[slot] ?? 0;
      marks[i] = this.ringMarks[slot] ?? 0;
    }
    this.ringWhats = whats;
    this.ringMarks = marks;
    this.head = 0;
  }
}
