/** What setTimeout can take. */
const longestTimerMs = 2_147_483_647;

/**
 * Fires once its owner has been silent for timeoutMs of wall time, by the monotonic clock. A sign of life costs
 * one assignment; the timer looks again when it fires.
 */
export class OrphanTimer {
  readonly #timeoutMs: number;
  readonly #onOrphaned: () => void;
  #seenAtMs = performance.now();
  #timer: NodeJS.Timeout;

  constructor(timeoutMs: number, onOrphaned: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#onOrphaned = onOrphaned;
    this.#timer = this.#arm(timeoutMs);
  }

  renew(): void {
    this.#seenAtMs = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(afterMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), Math.min(afterMs, longestTimerMs)).unref();
  }

  #look(): void {
    const leftMs = this.#seenAtMs + this.#timeoutMs - performance.now();
    if (leftMs > 0) this.#timer = this.#arm(leftMs);
    else this.#onOrphaned();
  }
}
