import { EventQueue } from "./event-queue.ts";

/**
 * Processor sharing: all work in progress shares the cores evenly, no piece getting more than one core. As all
 * progress at the same rate, one clock of work done (`workedMs`) serves for all: a piece of work that begins at v
 * is done when the clock shows v + its length, whoever comes and goes meanwhile.
 */
export class Sharing {
  /** Pieces of work in progress. */
  active = 0;
  /** What each of them has been given since the start of the run. */
  workedMs = 0;
  /** Moves on with every change, so that an end planned before it is known to be stale. */
  generation = 0;
  readonly index: number;
  private readonly cores: number;
  private held = false;
  private sinceMs = 0;
  private readonly ends = new EventQueue();

  /** `index`: by which the end of a piece of work finds its way back here. */
  constructor(index: number, cores: number) {
    this.index = index;
    this.cores = cores;
  }

  get busyCores(): number {
    return Math.min(this.active, this.cores);
  }

  /** What each piece of work in progress has been given by now. */
  workedAt(nowMs: number): number {
    this.progress(nowMs);
    return this.workedMs;
  }

  begin(nowMs: number, workMs: number, request: number, generation: number): void {
    this.progress(nowMs);
    this.active++;
    this.ends.push(this.workedMs + workMs, request, generation);
  }

  /** A piece of work is broken off. Its end stays in the queue, and is known to be stale when it comes up. */
  breakOff(nowMs: number): void {
    this.progress(nowMs);
    this.active--;
  }

  hold(nowMs: number, held: boolean): void {
    this.progress(nowMs);
    this.held = held;
  }

  /** In how many ms the first piece of work is done; Infinity: never, as things are. */
  nextAfterMs(nowMs: number, matters: (request: number, generation: number) => boolean): number {
    this.progress(nowMs);
    while (this.ends.length > 0 && !matters(this.ends.firstWhat, this.ends.firstMark)) this.ends.pop();
    const rate = this.rate;
    if (this.ends.length === 0 || rate === 0) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.ends.nextMs - this.workedMs) / rate;
  }

  /** Of the first piece of work; there must be one. */
  get firstRequest(): number {
    return this.ends.firstWhat;
  }

  /** Takes the first piece of work, which is done. */
  finishFirst(nowMs: number): void {
    this.progress(nowMs);
    this.ends.pop();
    this.workedMs = Math.max(this.workedMs, this.ends.timeMs);
    this.active--;
  }

  private get rate(): number {
    if (this.held || this.cores === 0) return 0;
    return this.active <= this.cores ? 1 : this.cores / this.active;
  }

  private progress(nowMs: number): void {
    this.workedMs += (nowMs - this.sinceMs) * this.rate;
    this.sinceMs = nowMs;
  }
}
