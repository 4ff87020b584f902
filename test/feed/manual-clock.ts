// Time that passes when a test says so.
import type { Clock } from "../../src/feed/clock.ts";

export interface ManualClock extends Clock {
  advance(ms: number): void;
  /** Timers that are set. */
  timers(): number;
}

export function createManualClock(): ManualClock {
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  let time = 0;
  return {
    now: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      time += ms;
      const due = [...timers].filter(({ at }) => at <= time).sort((a, b) => a.at - b.at);
      for (const timer of due) if (timers.delete(timer)) timer.run();
    },
    timers: () => timers.size,
  };
}
