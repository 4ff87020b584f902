// How events are published: as many as are delivered (closed), or so many a second whatever becomes of them (open).
import type { Audience } from "./audience.ts";
import type { Theatre } from "./theatre.ts";

export interface Loop {
  stop(): void;
}

/** `inFlight` events are on their way at any time. */
export function closedLoop(theatre: Theatre, audience: Audience, inFlight: number): Loop {
  const average = audience.viewers.length / theatre.simulations.length;
  const mostOwed = inFlight * average;
  let owed = 0;
  const before = audience.delivered;
  const play = () => {
    while (owed - (audience.delivered - before) + average <= mostOwed) {
      owed += audience.sizes[theatre.playNext()] ?? 0;
    }
  };
  audience.onChunk = play;
  play();
  return {
    stop() {
      audience.onChunk = () => {};
    },
  };
}

/** Evenly spread over each second; where the timer is late, what is due goes out together. */
export function openLoop(eventsPerSecond: number, play: () => void): Loop {
  const everyMs = 1_000 / eventsPerSecond;
  const began = performance.now();
  let played = 0;
  let timer: NodeJS.Timeout;
  const tick = () => {
    const due = Math.floor((performance.now() - began) / everyMs) + 1;
    for (; played < due; played += 1) play();
    timer = setTimeout(tick, Math.max(0, began + played * everyMs - performance.now()));
  };
  tick();
  return { stop: () => clearTimeout(timer) };
}
