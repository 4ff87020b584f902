/**
 * A rate limit: tokens drop in at a steady rate up to `burst`, each request takes one, and where none is left it is
 * refused. Full at the start.
 */
export class TokenBucket {
  private readonly perMs: number;
  private readonly burst: number;
  private tokens: number;
  private sinceMs = 0;

  constructor(perSec: number, burst: number) {
    this.perMs = perSec / 1_000;
    this.burst = burst;
    this.tokens = burst;
  }

  /** Whether there is a token for a request now; takes it. */
  take(nowMs: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + (nowMs - this.sinceMs) * this.perMs);
    this.sinceMs = nowMs;
    // Tokens that add up to one only nearly, in floating point, are one.
    if (this.tokens < 1 - 1e-9) return false;
    this.tokens -= 1;
    return true;
  }
}
