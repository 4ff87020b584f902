/** What may come: a bucket that refills at a steady rate and holds a burst. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at: number;

  /** Full at `now`, ms of a clock that never goes back. */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#at = now;
  }

  /** False: too much. */
  take(now: number): boolean {
    const refilled = this.#left + ((now - this.#at) / 1_000) * this.#perSecond;
    this.#at = now;
    this.#left = Math.min(this.#burst, refilled);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
