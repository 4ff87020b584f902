// One watched simulation of this replica: a bus subscription, a tail, the newest snapshot, and its readers.
//
// Whatever comes (a notice, a page of the log, a look at the row) goes through `offer`. What continues the tail
// is appended; what lies further ahead is kept aside; when the newest snapshot knows of more than the tail, the
// hole is read from the log. So a lost, doubled, late or reordered notice costs a read at most.
import { messageOf, ServiceError } from "../core/errors.ts";
import type { EventType, SimulationEvent } from "../core/events.ts";
import type { Bus, Notice } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";
import { isTerminal, type Simulation } from "../core/simulation.ts";
import { type Standing, standingOf } from "../core/standing.ts";
import type { Clock } from "./clock.ts";
import type { DeliveredEvent } from "./feed.ts";
import { type FeedLimits, listenMs, pollAgainMs } from "./limits.ts";
import { Listening } from "./listening.ts";
import { LogPages } from "./log-pages.ts";
import { gone, type LogPage, type LogReads } from "./log-reads.ts";
import { staleReasons } from "./stale-reasons.ts";
import { Delivered, Tail } from "./tail.ts";
import type { TailBudget } from "./tail-budget.ts";

/** What all topics of a replica share. */
export interface TopicSurroundings {
  readonly bus: Bus;
  readonly reads: LogReads;
  readonly budget: TailBudget;
  readonly limits: FeedLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Have the topics that are due checked soon. */
  nudge(): void;
  isBusUp(): boolean;
}

export interface Watcher {
  /** Something has changed: take again. */
  wake(): void;
  /** Now and then: let go of what has not been touched since the last time. */
  lapse(): void;
  /** Events that it has not come to yet, of those that are known here. */
  readonly behind: number;
}

export class Topic {
  readonly id: string;
  readonly tail: Tail;
  readonly watchers = new Set<Watcher>();
  readonly #around: TopicSurroundings;
  readonly #listening: Listening;
  /** Events beyond a hole, by seq; at most a tail's worth. */
  readonly #ahead = new Map<number, SimulationEvent>();
  readonly #pages: LogPages;
  #newest: Standing | null = null;
  #unreadable: string | null = null;
  #failure: ServiceError | null = null;
  #heardAt: number;
  #asked = false;
  #filling = false;
  #closed = false;

  constructor(id: string, around: TopicSurroundings) {
    this.id = id;
    this.#around = around;
    this.tail = new Tail(around.limits.tailEvents, around.limits.tailBytes, around.budget);
    this.#pages = new LogPages(around.limits.readerPage, (after, types) => this.#read(after, types));
    this.#heardAt = around.clock.now();
    this.#listening = new Listening({
      subscribe: () =>
        around.bus.subscribe(id, { notice: (notice) => this.#hear(notice), gap: () => this.ask() }),
      late: () => this.ask(),
      clock: around.clock,
      log: around.log,
    });
  }

  /** Resolves when notices arrive, or it is known that they will not for now. */
  listen(): Promise<void> {
    return this.#listening.start(this.#around.bus.health().up ? listenMs : 0);
  }

  /** As of the newest snapshot. There is one from the first offer on. */
  get standing(): Standing {
    if (this.#newest === null) throw new Error(`Topic ${this.id} was used before it began.`);
    return this.#newest;
  }

  /** Why the log cannot be read just now; null when it can. */
  get unreadable(): string | null {
    return this.#unreadable;
  }

  /** Why what the readers have may not be the newest; null when it is, and when the simulation has ended. */
  get staleReason(): string | null {
    if (this.hasEnded) return null;
    if (!this.#isLive()) return staleReasons.busDown;
    return this.standing.staleReason;
  }

  /** For good: there is nothing to follow. */
  get failure(): ServiceError | null {
    return this.#failure;
  }

  get hasEnded(): boolean {
    return isTerminal(this.standing.status);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The event beside the newest snapshot; of an event in the tail, the same object to every reader. */
  delivered(event: SimulationEvent): DeliveredEvent {
    const { seq } = event;
    if (seq > this.tail.start && seq <= this.tail.end) return this.tail.at(seq, this.standing);
    return new Delivered(event, this.standing);
  }

  offer(standing: Standing, events: readonly SimulationEvent[]): void {
    if (this.#closed) return;
    if (this.#newest === null) this.tail.reset((events[0]?.seq ?? standing.lastSeq + 1) - 1);
    const isNews = this.#newest === null || standing.version > this.#newest.version;
    const end = this.tail.end;
    if (isNews) this.#newest = standing;
    this.#failure = null;
    for (const event of events) this.#place(event);
    this.#placeAhead();
    if (this.#behind() > 0) void this.#fill();
    // What is known already, as each joining reader brings it, wakes nobody.
    if (isNews || this.tail.end > end) this.wake();
  }

  /**
   * A page of the log with what comes after this seq, and perhaps some of what comes before; shared by all readers that it
   * serves. Rejects after the readers have been told.
   */
  page(after: number, types: readonly EventType[] | undefined): Promise<LogPage> {
    if (types !== undefined) return this.#pages.after(after, types);
    return this.#pages.around(after, this.standing.lastSeq, this.watchers.size === 1);
  }

  wake(): void {
    for (const watcher of this.watchers) watcher.wake();
  }

  /** Have the row looked at: notices may have been lost. */
  ask(): void {
    if (this.#closed) return;
    this.#asked = true;
    this.#around.nudge();
  }

  /** Whether the row is to be looked at now; what asks for a look from here on asks for another. */
  beginCheck(now: number): boolean {
    const isDue = this.#asked || this.#unreadable !== null || this.#isQuiet(now);
    this.#asked = false;
    return isDue;
  }

  /** The row as it stands; null: there is none. */
  checked(simulation: Simulation | null): void {
    this.#heardAt = this.#around.clock.now();
    if (simulation === null) {
      this.#failed(gone(this.id));
    } else {
      this.offer(standingOf(simulation), []);
      this.#readable();
    }
    if (!this.#listening.on) void this.listen();
  }

  checkFailed(error: unknown): void {
    this.#failed(error);
  }

  /** No reader hears anything more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listening.stop();
    this.#ahead.clear();
    this.tail.release();
  }

  #isLive(): boolean {
    return this.#listening.on && this.#around.isBusUp();
  }

  #isQuiet(now: number): boolean {
    if (this.#newest !== null && this.hasEnded && this.#behind() === 0) return false;
    const { quietCheckMs } = this.#around.limits;
    return now - this.#heardAt >= (this.#isLive() ? quietCheckMs : Math.min(pollAgainMs, quietCheckMs));
  }

  #hear(notice: Notice): void {
    const { events, standing = standingOf(notice.simulation) } = notice;
    // No reader may get an event beside a snapshot that is older.
    if ((events.at(-1)?.seq ?? 0) > standing.lastSeq) {
      this.ask();
      return;
    }
    if (this.#newest === null || standing.lastSeq >= this.#newest.lastSeq) {
      this.#heardAt = this.#around.clock.now();
    }
    this.offer(standing, events);
  }

  #behind(): number {
    return this.standing.lastSeq - this.tail.end;
  }

  #place(event: SimulationEvent): void {
    if (event.seq === this.tail.end + 1) this.tail.push(event, this.standing);
    else if (event.seq > this.tail.end && this.#ahead.size < this.#around.limits.tailEvents) {
      this.#ahead.set(event.seq, event);
    }
  }

  #placeAhead(): void {
    if (this.#ahead.size === 0) return;
    for (let seq = this.tail.end + 1; ; seq += 1) {
      const event = this.#ahead.get(seq);
      if (event === undefined) break;
      this.tail.push(event, this.standing);
    }
    for (const seq of this.#ahead.keys()) {
      if (seq <= this.tail.end) this.#ahead.delete(seq);
    }
  }

  /** Closes the hole between the tail and the newest snapshot. */
  async #fill(): Promise<void> {
    if (this.#filling || this.#unreadable !== null) return;
    this.#filling = true;
    try {
      while (!this.#closed && this.#behind() > 0) {
        // More than a page is for the readers to fetch, each as far as it needs; the tail begins anew at the end.
        if (this.#behind() > this.#around.limits.readerPage) this.tail.reset(this.standing.lastSeq);
        else this.#merge(await this.#pages.after(this.tail.end, undefined));
        this.#placeAhead();
        this.wake();
      }
    } catch (error) {
      // A failed read has been told to the readers, and the next check that succeeds begins again.
      if (!this.#closed && this.#unreadable === null && this.#failure === null) {
        this.#around.log.error({ simulationId: this.id, error: messageOf(error) }, "A hole stays open.");
      }
    } finally {
      this.#filling = false;
    }
  }

  /** A hole inside a page is what retention has dropped: the tail, which has none, begins anew behind it. */
  #merge(page: LogPage): void {
    if (this.#closed) return;
    for (const event of page.events) {
      if (event.seq <= this.tail.end) continue;
      if (event.seq > this.tail.end + 1) this.tail.reset(event.seq - 1);
      this.tail.push(event, this.standing);
    }
    if (page.through > this.tail.end) this.tail.reset(page.through);
  }

  async #read(after: number, types: readonly EventType[] | undefined): Promise<LogPage> {
    const { reads } = this.#around;
    try {
      const page = await reads.page(this.id, after, this.standing.lastSeq, types);
      if (page.through > this.standing.lastSeq) this.offer(standingOf(await reads.simulation(this.id)), []);
      this.#readable();
      return page;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  #readable(): void {
    if (this.#closed || this.#unreadable === null) return;
    this.#unreadable = null;
    if (this.#behind() > 0) void this.#fill();
    this.wake();
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    if (error instanceof ServiceError && error.code === "SIMULATION_NOT_FOUND") this.#failure = error;
    else if (this.#unreadable === null) {
      this.#unreadable = staleReasons.storeDown;
      this.#around.log.warn({ simulationId: this.id, error: messageOf(error) }, "The log cannot be read.");
    }
    this.wake();
  }
}
