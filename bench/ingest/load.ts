// Load on something that takes one event of one simulation and says when it is stored.
import { setTimeout as delay } from "node:timers/promises";
import { quantile } from "../support/contest.ts";

/** Stores the next event of the simulation of that place. */
export type Store = (place: number) => Promise<void>;

export interface Saturated {
  readonly events: number;
  readonly seconds: number;
}

/** Closed loop: so many under way at any time, each of another simulation, for so long. */
export async function saturate(
  store: Store,
  simulations: number,
  inFlight: number,
  seconds: number,
): Promise<Saturated> {
  const begunAt = performance.now();
  const until = begunAt + seconds * 1_000;
  const walkers = Math.min(inFlight, simulations);
  let events = 0;
  const walk = async (first: number) => {
    for (let place = first; performance.now() < until; ) {
      await store(place);
      events += 1;
      // Each walker has simulations of its own: as its owner does, it waits for one event before it brings the next.
      place = place + walkers < simulations ? place + walkers : first;
    }
  };
  await Promise.all(Array.from({ length: walkers }, (_, first) => walk(first)));
  return { events, seconds: (performance.now() - begunAt) / 1_000 };
}

export interface Steady {
  readonly events: number;
  /** Wait from when the event was due to when it was stored, ms. */
  readonly p50: number;
  readonly p99: number;
}

/** Open loop: so many a second come, whatever becomes of those before; of one simulation one after the other. */
export async function steadily(
  store: Store,
  simulations: number,
  perSecond: number,
  seconds: number,
): Promise<Steady> {
  const last = new Map<number, Promise<void>>();
  const waits: number[] = [];
  const begunAt = performance.now();
  const most = Math.floor(perSecond * seconds);
  const bring = async (place: number, dueAt: number) => {
    await last.get(place);
    await store(place);
    waits.push(performance.now() - dueAt);
  };
  for (let brought = 0; brought < most; ) {
    const due = Math.min(most, Math.floor(((performance.now() - begunAt) / 1_000) * perSecond));
    for (; brought < due; brought += 1) {
      const place = brought % simulations;
      last.set(place, bring(place, begunAt + (brought / perSecond) * 1_000));
    }
    await delay(1);
  }
  await Promise.all(last.values());
  return { events: waits.length, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
}
