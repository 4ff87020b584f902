// A feed over a store in memory, a bus that loses nothing by itself, and a clock turned by hand.
import { setImmediate } from "node:timers/promises";
import type { EventBody, SimulationEvent } from "../../src/core/events.ts";
import type { Bus, BusListener, Notice } from "../../src/core/ports/bus.ts";
import type { SimulationPatch } from "../../src/core/ports/store.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { developmentViewer } from "../../src/core/viewer.ts";
import type { FeedItem, FollowOptions } from "../../src/feed/feed.ts";
import { createFeed, type FeedHub } from "../../src/feed/hub.ts";
import { type FeedLimits, feedLimits } from "../../src/feed/limits.ts";
import { createMemoryBus } from "../../src/memory/bus.ts";
import { createMemoryStore, type MemoryStore } from "../support/memory-store.ts";
import { quietLog, simulationOf } from "../support/simulations.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";

export interface World {
  readonly feed: FeedHub;
  readonly store: MemoryStore;
  readonly bus: ControlledBus;
  readonly clock: ManualClock;
  /** Commits without telling. */
  commit(bodies: readonly EventBody[], patch?: SimulationPatch): Notice;
  /** Commits and tells. */
  say(bodies: readonly EventBody[], patch?: SimulationPatch): void;
  follow(options?: FollowOptions): Promise<AsyncIterableIterator<FeedItem>>;
  /** Every timer, listener, topic and reader that is left, and what was logged as an error. */
  leftovers(): Record<string, number>;
}

/** The simulation of a world that has one. */
export const theId = "sim-1";

export const smallLimits: FeedLimits = { ...feedLimits, tailEvents: 8, readerPage: 4, quietCheckMs: 100 };

export function createWorld(limits: FeedLimits = smallLimits, simulation: Partial<Simulation> = {}): World {
  const log = quietLog();
  const store = createMemoryStore();
  const bus = controlled(createMemoryBus({ log }));
  const clock = createManualClock();
  const feed = createFeed({ store, bus, log, limits, clock });
  store.add(simulationOf(theId, simulation));
  const commit: World["commit"] = (bodies, patch) => store.commit(theId, bodies, patch);
  return {
    feed,
    store,
    bus,
    clock,
    commit,
    say: (bodies, patch) => bus.publish(commit(bodies, patch)),
    follow: (options = {}) => feed.follow(developmentViewer, theId, options),
    leftovers: () => ({
      ...feed.stats(),
      listeners: bus.listeners(),
      timers: clock.timers(),
      errors: log.errors,
    }),
  };
}

export const nothingLeft = {
  topics: 0,
  readers: 0,
  listReaders: 0,
  tailBytes: 0,
  listeners: 0,
  timers: 0,
  errors: 0,
};

export interface ControlledBus extends Bus {
  listeners(): number;
  setHealth(up: boolean): void;
  /** Tells every listener that notices may have been lost. */
  gap(): void;
}

function controlled(bus: Bus & { listeners(): number }): ControlledBus {
  const listeners = new Set<BusListener>();
  let up = true;
  function remembered(listener: BusListener, unsubscribe: () => void): () => void {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      unsubscribe();
    };
  }
  return {
    publish: (notice) => bus.publish(notice),
    subscribe: async (id, listener) => remembered(listener, await bus.subscribe(id, listener)),
    subscribeAll: async (listener) => remembered(listener, await bus.subscribeAll(listener)),
    health: () => (up ? bus.health() : { up: false, reason: "Made so." }),
    listeners: () => bus.listeners(),
    setHealth: (isUp) => {
      up = isUp;
    },
    gap: () => {
      for (const listener of [...listeners]) listener.gap();
    },
    close: () => bus.close(),
  };
}

/** All promises that can settle have settled. */
export async function turn(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await setImmediate();
}

/** What a consumer has taken, in short: an event is its seq, a state its name and seq. */
export function short(item: FeedItem): string {
  return item.kind === "event" ? `${item.event.seq}` : `${item.state}@${item.seq}`;
}

/** Takes everything that comes until the stream ends, as fast as it comes. */
export class Consumer<T = FeedItem> {
  readonly items: T[] = [];
  readonly stream: AsyncIterableIterator<T>;
  ended = false;
  error: unknown = null;

  constructor(stream: AsyncIterableIterator<T>) {
    this.stream = stream;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      for (let next = await this.stream.next(); !next.done; next = await this.stream.next()) {
        this.items.push(next.value);
      }
      this.ended = true;
    } catch (error) {
      this.error = error;
    }
  }

  async stop(): Promise<void> {
    await this.stream.return?.();
  }
}

export function shorts(items: readonly FeedItem[]): string {
  return items.map(short).join(" ");
}

export function eventsOf(items: readonly FeedItem[]): SimulationEvent[] {
  return items.flatMap((item) => (item.kind === "event" ? [item.event] : []));
}

/** Follows the present, and has taken what there is. */
export async function liveReader(world: World): Promise<Consumer> {
  const reader = new Consumer(await world.follow());
  await turn();
  return reader;
}
