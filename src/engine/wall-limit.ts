import type { Ending } from "./thread-messages.ts";

/**
 * Bounds the wall time of a run, pauses left out. The failure is a level and no numbered event, since numbered
 * events know nothing of wall time.
 */
export class WallLimit {
  readonly #limitMs: number;
  #spentMs = 0;
  #goingSinceMs: number | undefined;

  constructor(limitMs: number, wallMs: number) {
    this.#limitMs = limitMs;
    this.#goingSinceMs = wallMs;
  }

  stop(wallMs: number): void {
    this.#spentMs = this.#spent(wallMs);
    this.#goingSinceMs = undefined;
  }

  go(wallMs: number): void {
    this.#goingSinceMs ??= wallMs;
  }

  leftMs(wallMs: number): number {
    return Math.max(0, this.#limitMs - this.#spent(wallMs));
  }

  check(wallMs: number): Ending | undefined {
    if (this.leftMs(wallMs) > 0) return undefined;
    return {
      state: "FAILED",
      reason: `LIMIT_EXCEEDED: the run took more than ${this.#limitMs} ms of wall time`,
    };
  }

  #spent(wallMs: number): number {
    return this.#spentMs + (this.#goingSinceMs === undefined ? 0 : wallMs - this.#goingSinceMs);
  }
}
