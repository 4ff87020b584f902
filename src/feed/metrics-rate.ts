// Holds metrics back so that a reader gets so many a second; the newest wins.
import type { SimulationEvent } from "../core/events.ts";
import type { Clock } from "./clock.ts";

export class MetricsRate {
  readonly #everyMs: number;
  readonly #clock: Clock;
  #dueAt: number;
  #held: SimulationEvent | null = null;
  #cancel: (() => void) | null = null;

  /** Per second, wall time. */
  constructor(perSecond: number, clock: Clock) {
    this.#everyMs = 1_000 / perSecond;
    this.#clock = clock;
    this.#dueAt = clock.now();
  }

  get holdsOne(): boolean {
    return this.#held !== null;
  }

  get isDue(): boolean {
    return this.#held !== null && this.#clock.now() >= this.#dueAt;
  }

  hold(event: SimulationEvent): void {
    this.#held = event;
  }

  /** The held event goes out, in its time or before another event overtakes it: the next waits a whole interval. */
  give(): SimulationEvent | null {
    const given = this.#held;
    this.#held = null;
    this.gave();
    return given;
  }

  /** A metrics event went out. */
  gave(): void {
    this.#dueAt = this.#clock.now() + this.#everyMs;
  }

  /** Calls when the held event is due; once, however often it is asked. */
  arm(due: () => void): void {
    if (this.#held === null || this.#cancel !== null) return;
    this.#cancel = this.#clock.after(Math.max(0, this.#dueAt - this.#clock.now()), () => {
      this.#cancel = null;
      due();
    });
  }

  release(): void {
    this.#held = null;
    this.#cancel?.();
    this.#cancel = null;
  }
}
