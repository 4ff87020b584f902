import type { Breaker } from "../../gen/architech/engine/v1/engine.ts";

export const CLOSED = 0;
export const OPEN = 1;
export const HALF_OPEN = 2;

/** Parts of the window that are forgotten one at a time. */
const PARTS = 10;

/**
 * A circuit breaker: opens where too many of the last window's attempts failed, and then refuses all; after a while
 * it lets a few probes through, and closes when all of them end well, or opens again with the first that does not.
 *
 *   CLOSED --failures--> OPEN --open_ms--> HALF_OPEN --all probes well--> CLOSED
 *                          ^------------------'a probe fails
 */
export class CircuitBreaker {
  state = CLOSED;
  /** Moves on with every change of state: what began in an earlier one does not count in this. */
  era = 0;
  private readonly config: Breaker;
  private readonly ends = new Float64Array(PARTS);
  private readonly failures = new Float64Array(PARTS);
  private part = -1;
  private openedMs = 0;
  private probesLeft = 0;
  private probesWell = 0;

  constructor(config: Breaker) {
    this.config = config;
  }

  /** Whether an attempt may be made now. */
  allows(nowMs: number): boolean {
    if (this.state === CLOSED) return true;
    if (this.state === OPEN) {
      if (nowMs < this.openedMs + this.config.openMs) return false;
      this.enter(HALF_OPEN);
      this.probesLeft = this.config.halfOpenProbes;
      this.probesWell = 0;
    }
    if (this.probesLeft <= 0) return false;
    this.probesLeft--;
    return true;
  }

  /** An attempt that was allowed in `era` has ended. */
  record(well: boolean, era: number, nowMs: number): void {
    if (era !== this.era || this.state === OPEN) return;
    if (this.state === HALF_OPEN) {
      if (!well) this.open(nowMs);
      else if (++this.probesWell >= this.config.halfOpenProbes) this.close();
      return;
    }
    this.moveTo(nowMs);
    const slot = this.part % PARTS;
    this.ends[slot] = (this.ends[slot] ?? 0) + 1;
    if (well) return;
    this.failures[slot] = (this.failures[slot] ?? 0) + 1;
    if (this.tooManyFailed()) this.open(nowMs);
  }

  private tooManyFailed(): boolean {
    const sum = (parts: Float64Array) => parts.reduce((total, part) => total + part, 0);
    const ended = sum(this.ends);
    return ended >= this.config.minRequests && sum(this.failures) >= this.config.failureRatio * ended;
  }

  /** Forgets the parts of the window that are over. */
  private moveTo(nowMs: number): void {
    const part = Math.floor((nowMs * PARTS) / this.config.windowMs);
    const first = Math.max(this.part + 1, part - PARTS + 1);
    for (let past = first; past <= part; past++) {
      this.ends[past % PARTS] = 0;
      this.failures[past % PARTS] = 0;
    }
    this.part = part;
  }

  private open(nowMs: number): void {
    this.openedMs = nowMs;
    this.enter(OPEN);
  }

  private close(): void {
    this.ends.fill(0);
    this.failures.fill(0);
    this.enter(CLOSED);
  }

  private enter(state: number): void {
    this.state = state;
    this.era = (this.era + 1) | 0;
  }
}
