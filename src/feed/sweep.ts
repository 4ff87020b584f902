// The look behind every hint: a step that runs now and then while it is needed, never twice at once.
import type { Clock } from "./clock.ts";

export interface SweepOptions {
  /** False: it failed, and the next waits longer. Must not reject. */
  step(): Promise<boolean>;
  readonly clock: Clock;
  /** ms between steps; each drawn within a quarter of it, so that replicas do not keep step. */
  readonly everyMs: number;
  /** After failures, at most this, ms. */
  readonly mostMs: number;
}

export class Sweep {
  readonly #options: SweepOptions;
  #wanted = false;
  #running = false;
  #again = false;
  #failures = 0;
  #cancel: (() => void) | null = null;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#failures = 0;
    this.#rest();
  }

  /** Nothing remains but a step that is under way. */
  stop(): void {
    this.#wanted = false;
    this.#again = false;
    this.#cancel?.();
    this.#cancel = null;
  }

  /** A step soon: now, or right after the one under way. Several calls make one step. */
  nudge(): void {
    if (!this.#wanted) return;
    if (this.#running) this.#again = true;
    else this.#restFor(0);
  }

  async #run(): Promise<void> {
    this.#cancel = null;
    this.#running = true;
    const succeeded = await this.#options.step();
    this.#running = false;
    this.#failures = succeeded ? 0 : this.#failures + 1;
    if (this.#wanted) this.#rest();
  }

  #rest(): void {
    if (this.#running) return;
    const { everyMs, mostMs } = this.#options;
    const ms = Math.min(everyMs * 2 ** this.#failures, Math.max(mostMs, everyMs));
    // A nudge during a failing outage must not turn into a busy loop.
    const now = this.#again && this.#failures === 0;
    this.#again = false;
    this.#restFor(now ? 0 : ms * (0.75 + 0.5 * Math.random()));
  }

  #restFor(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#options.clock.after(ms, () => void this.#run());
  }
}
