// The live lists of a replica: one subscription to all notices, shared by every list reader.
//
// A list has no log. It converges: what may have been lost is read again (RESET), what is quiet is looked at.
import { messageOf } from "../core/errors.ts";
import type { Bus } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";
import type { SimulationFilter, SimulationStore } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import { rightsKey, type Viewer } from "../core/viewer.ts";
import type { Clock } from "./clock.ts";
import type { Gate } from "./gate.ts";
import { type FeedLimits, listenMs, listRereadMs, pollAgainMs } from "./limits.ts";
import { ListReader } from "./list-reader.ts";
import { Listening } from "./listening.ts";

export interface ListsOptions {
  readonly bus: Bus;
  readonly store: SimulationStore;
  readonly gate: Gate;
  readonly limits: FeedLimits;
  readonly clock: Clock;
  readonly log: Log;
  nudge(): void;
  isBusUp(): boolean;
  /** A reader has gone. */
  released(): void;
}

export class Lists {
  readonly #options: ListsOptions;
  readonly #readers = new Set<ListReader>();
  /** Heard of since the last look: they need none. */
  readonly #heard = new Set<string>();
  /** Lists being read, by who may see what of which filter. */
  readonly #pages = new Map<string, Promise<readonly Simulation[]>>();
  #listening: Listening | null = null;
  #lookedAt = 0;
  #rereadAt = 0;

  constructor(options: ListsOptions) {
    this.#options = options;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Rejects when the list cannot be read. */
  async watch(viewer: Viewer, filter: SimulationFilter): Promise<ListReader> {
    const reader = new ListReader({ viewer, filter, release: () => this.#leave(reader) });
    if (this.#readers.size === 0) {
      this.#lookedAt = this.#options.clock.now();
      this.#rereadAt = this.#lookedAt;
    }
    this.#readers.add(reader);
    try {
      await this.#listen();
      reader.begin(await this.#read(reader));
      return reader;
    } catch (error) {
      reader.release();
      throw error;
    }
  }

  /** Notices may have been lost. */
  outdateAll(): void {
    for (const reader of this.#readers) reader.outdate();
    // A read that is under way may have begun before what was lost.
    this.#pages.clear();
    this.#options.nudge();
  }

  /**
   * What should be looked at now. The lists are read as well, for what has entered them: at every look with the bus
   * down, now and then with the bus up, since whoever changed something may have died before it could say so.
   */
  async due(now: number): Promise<readonly string[]> {
    if (this.#readers.size === 0) return [];
    if (this.#listening?.on !== true) void this.#listen();
    const isLive = this.#options.isBusUp() && this.#listening?.on === true;
    const { quietCheckMs } = this.#options.limits;
    const isQuiet = now - this.#lookedAt >= (isLive ? quietCheckMs : Math.min(pollAgainMs, quietCheckMs));
    const isReread = isQuiet && (!isLive || now - this.#rereadAt >= listRereadMs);
    if (isReread) this.#rereadAt = now;
    const looks = [...this.#readers].map((reader) => this.#refresh(reader, isReread));
    await Promise.all(looks);
    if (!isQuiet) return [];
    this.#lookedAt = now;
    const ids = new Set<string>();
    for (const reader of this.#readers) for (const id of reader.unfinished()) ids.add(id);
    for (const id of this.#heard) ids.delete(id);
    this.#heard.clear();
    return [...ids];
  }

  /** A row as it was found. */
  look(simulation: Simulation): void {
    for (const reader of this.#readers) reader.hear(simulation);
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#stopListening();
  }

  #hear(simulation: Simulation): void {
    this.#heard.add(simulation.id);
    for (const reader of this.#readers) reader.hear(simulation);
  }

  async #refresh(reader: ListReader, isPolled: boolean): Promise<void> {
    if (reader.isOutdated) {
      reader.beginReading();
      try {
        reader.begin(await this.#read(reader));
      } catch (error) {
        reader.outdate();
        throw error;
      }
    } else if (isPolled) {
      for (const simulation of await this.#read(reader)) reader.hear(simulation);
    }
  }

  #listen(): Promise<void> {
    const { bus, clock, log } = this.#options;
    this.#listening ??= new Listening({
      subscribe: () =>
        bus.subscribeAll({
          notice: ({ simulation }) => this.#hear(simulation),
          gap: () => this.outdateAll(),
        }),
      late: () => this.outdateAll(),
      clock,
      log,
    });
    return this.#listening.start(bus.health().up ? listenMs : 0);
  }

  #leave(reader: ListReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) this.#stopListening();
    this.#options.released();
  }

  #stopListening(): void {
    this.#listening?.stop();
    this.#listening = null;
    this.#heard.clear();
  }

  /** Readers with the same rights and filter share a read. */
  #read({ viewer, filter }: ListReader): Promise<readonly Simulation[]> {
    const key = JSON.stringify([rightsKey(viewer), filter]);
    const underWay = this.#pages.get(key);
    if (underWay !== undefined) return underWay;
    const { store, gate, limits, log } = this.#options;
    const reading = gate
      .through(() => store.list(viewer, filter, { limit: limits.listPageMax, fromEnd: false }))
      .then((page) => page.simulations)
      .finally(() => {
        if (this.#pages.get(key) === reading) this.#pages.delete(key);
      });
    this.#pages.set(key, reading);
    reading.catch((error: unknown) => log.warn({ error: messageOf(error) }, "A list cannot be read."));
    return reading;
  }
}
