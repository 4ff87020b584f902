// The read side of the log: topics by simulation, readers on topics, and one look behind the notices.
import { ServiceError } from "../core/errors.ts";
import type { Bus } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";
import { type Meter, noMeter } from "../core/ports/meter.ts";
import type { SimulationFilter, SimulationStore } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import { standingOf } from "../core/standing.ts";
import type { Viewer } from "../core/viewer.ts";
import { type Clock, wallClock } from "./clock.ts";
import type { Feed, FeedItem, FollowOptions, ListUpdate } from "./feed.ts";
import { Gate } from "./gate.ts";
import { checkBatch, type FeedLimits, feedLimits, pollMs, readsAtOnce, slowLookMs } from "./limits.ts";
import { Lists } from "./lists.ts";
import { LogReads } from "./log-reads.ts";
import { MetricsRate } from "./metrics-rate.ts";
import { Reader } from "./reader.ts";
import type { Source } from "./source.ts";
import { checkOptions, findStart, type Start } from "./start.ts";
import { Stream } from "./stream.ts";
import { Sweep } from "./sweep.ts";
import { TailBudget } from "./tail-budget.ts";
import { Topic, type TopicSurroundings } from "./topic.ts";

export interface FeedOptions {
  readonly store: SimulationStore;
  readonly bus: Bus;
  readonly log: Log;
  readonly limits?: FeedLimits;
  readonly clock?: Clock;
  readonly meter?: Meter;
  /** Sees what a reader is given; as it is when left out. */
  readonly observed?: (source: Source<FeedItem>) => Source<FeedItem>;
}

/** All zero when nobody reads. */
export interface FeedStats {
  readonly topics: number;
  readonly readers: number;
  readonly listReaders: number;
  /** Of all tails together, as estimated by `sizeOf`. */
  readonly tailBytes: number;
}

export interface FeedHub extends Feed {
  stats(): FeedStats;
}

export function createFeed(options: FeedOptions): FeedHub {
  return new Hub(options);
}

class Hub implements FeedHub {
  readonly #store: SimulationStore;
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #observed: (source: Source<FeedItem>) => Source<FeedItem>;
  readonly #reads: LogReads;
  readonly #budget: TailBudget;
  readonly #around: TopicSurroundings;
  readonly #lists: Lists;
  readonly #sweep: Sweep;
  /** Each with the number of those that need it: its readers, and whoever is about to become one. */
  readonly #topics = new Map<string, { readonly topic: Topic; users: number }>();
  #busUp = true;
  #closed = false;

  constructor(options: FeedOptions) {
    const { store, bus, log, limits = feedLimits, clock = wallClock, meter = noMeter } = options;
    this.#observed = options.observed ?? ((source) => source);
    this.#store = store;
    this.#bus = bus;
    this.#clock = clock;
    const gate = new Gate(readsAtOnce);
    this.#reads = new LogReads(store, gate, limits.readerPage);
    this.#budget = new TailBudget(limits.tailsBytes);
    this.#sweep = new Sweep({
      step: () => this.#check(),
      clock,
      everyMs: Math.min(pollMs, limits.quietCheckMs),
      mostMs: limits.quietCheckMs,
    });
    const shared = {
      bus,
      limits,
      clock,
      log,
      nudge: () => this.#sweep.nudge(),
      isBusUp: () => this.#busUp,
    };
    this.#around = { ...shared, reads: this.#reads, budget: this.#budget };
    this.#lists = new Lists({ ...shared, store, gate, released: () => this.#rest() });
    this.#gauge(meter);
  }

  /**
   * Listens first, then reads: what is committed in between is heard. The viewer's rights are checked here,
   * once; what is read for the topic afterwards is the service's. A later check of rights finds each reader's
   * viewer in its topic's watchers.
   */
  async follow(
    viewer: Viewer,
    simulationId: string,
    options: FollowOptions,
  ): Promise<AsyncIterableIterator<FeedItem>> {
    checkOptions(options);
    this.#mustBeOpen();
    const topic = this.#acquire(simulationId);
    try {
      await topic.listen();
      const start = await findStart(this.#store, viewer, simulationId, options.after);
      this.#mustBeOpen();
      if (start.simulation.id !== simulationId) {
        // An id may be written in more than one way; notices go by the store's.
        const stream = await this.follow(viewer, start.simulation.id, options);
        this.#release(topic);
        return stream;
      }
      topic.offer(standingOf(start.simulation), []);
      return new Stream(this.#observed(this.#read(topic, viewer, start, options)));
    } catch (error) {
      this.#release(topic);
      throw error;
    }
  }

  async updates(viewer: Viewer, filter: SimulationFilter): Promise<AsyncIterableIterator<ListUpdate>> {
    this.#mustBeOpen();
    this.#begin();
    const reader = await this.#lists.watch(viewer, filter);
    return new Stream(reader);
  }

  /** Nothing more is heard or read. Readers are left waiting until they are returned. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sweep.stop();
    for (const { topic } of this.#topics.values()) topic.close();
    this.#lists.close();
  }

  stats(): FeedStats {
    let readers = 0;
    for (const { topic } of this.#topics.values()) readers += topic.watchers.size;
    const listReaders = this.#lists.readers;
    return { topics: this.#topics.size, readers, listReaders, tailBytes: this.#budget.bytes };
  }

  #gauge(meter: Meter): void {
    meter.gauge("simulations_feed_topics", {}, () => this.#topics.size);
    meter.gauge("simulations_feed_readers", {}, () => this.stats().readers);
    meter.gauge("simulations_feed_list_readers", {}, () => this.#lists.readers);
    meter.gauge("simulations_feed_tail_bytes", {}, () => this.#budget.bytes);
    const lags = () =>
      [...this.#topics.values()].flatMap(({ topic }) => [...topic.watchers].map((it) => it.behind));
    meter.gauge("simulations_feed_lag_events", { of: "furthest" }, () =>
      lags().reduce((a, b) => Math.max(a, b), 0),
    );
    meter.gauge("simulations_feed_lag_events", { of: "all" }, () => lags().reduce((a, b) => a + b, 0));
  }

  #read(topic: Topic, viewer: Viewer, start: Start, { after, types, maxRate }: FollowOptions): Reader {
    return new Reader({
      topic,
      viewer,
      first: start.first,
      position: start.position,
      target: after === undefined ? start.position : topic.standing.lastSeq,
      types: types === undefined ? null : new Set(types),
      rate: maxRate === undefined ? null : new MetricsRate(maxRate, this.#clock),
      release: () => this.#release(topic),
    });
  }

  #acquire(id: string): Topic {
    this.#begin();
    const known = this.#topics.get(id);
    if (known !== undefined) {
      known.users += 1;
      return known.topic;
    }
    const topic = new Topic(id, this.#around);
    this.#topics.set(id, { topic, users: 1 });
    return topic;
  }

  #release(topic: Topic): void {
    const held = this.#topics.get(topic.id);
    if (held === undefined) return;
    held.users -= 1;
    if (held.users > 0) return;
    this.#topics.delete(topic.id);
    topic.close();
    this.#rest();
  }

  #begin(): void {
    this.#noticeBusHealth();
    this.#sweep.start();
  }

  #rest(): void {
    if (this.#topics.size === 0 && this.#lists.readers === 0) this.#sweep.stop();
  }

  /** Looks at the rows of what is quiet, in few reads however many topics there are. True: all could be read. */
  async #check(): Promise<boolean> {
    this.#noticeBusHealth();
    const due: Topic[] = [];
    for (const { topic } of this.#topics.values()) {
      if (topic.beginCheck(this.#clock.now())) due.push(topic);
      for (const watcher of topic.watchers) watcher.lapse();
    }
    let succeeded = true;
    for (let from = 0; from < due.length; from += checkBatch) {
      succeeded = (await this.#checkTopics(due.slice(from, from + checkBatch))) && succeeded;
    }
    return (await this.#checkLists()) && succeeded;
  }

  async #checkTopics(topics: readonly Topic[]): Promise<boolean> {
    const failed = (error: unknown) => {
      for (const topic of topics) topic.checkFailed(error);
    };
    // A database that hangs is waited for, but not kept from the readers: the answer, when it comes, heals.
    const cancel = this.#clock.after(slowLookMs, () =>
      failed(new Error("The database has not answered yet.")),
    );
    try {
      const rows = await this.#reads.simulations(topics.map((topic) => topic.id));
      topics.forEach((topic, index) => {
        topic.checked(rows[index] ?? null);
      });
      return true;
    } catch (error) {
      failed(error);
      return false;
    } finally {
      cancel();
    }
  }

  async #checkLists(): Promise<boolean> {
    try {
      const ids = await this.#lists.due(this.#clock.now());
      for (let from = 0; from < ids.length; from += checkBatch) {
        const rows: readonly (Simulation | null)[] = await this.#reads.simulations(
          ids.slice(from, from + checkBatch),
        );
        for (const simulation of rows) if (simulation !== null) this.#lists.look(simulation);
      }
      return true;
    } catch {
      return false;
    }
  }

  #noticeBusHealth(): void {
    const { up } = this.#bus.health();
    if (up === this.#busUp) return;
    this.#busUp = up;
    for (const { topic } of this.#topics.values()) topic.wake();
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new ServiceError("UNAVAILABLE", "This replica is going away; connect again.");
  }
}
