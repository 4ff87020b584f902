// Time as the feed uses it, so that tests turn it by hand.

export interface Clock {
  /** ms; only ever goes forward. */
  now(): number;
  /** Runs once after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** What setTimeout takes. */
const timerMaxMs = 2 ** 31 - 1;

export const wallClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, timerMaxMs));
    return () => clearTimeout(timer);
  },
};
