// One subscription's place in a log: a number, not a queue.
//
//     take():  first items of the join -> state, where it has changed -> next event
//     next event:  from the page in hand, else from the tail, else "log" (load a page), else "wait"
//
// Joining late, lagging, resuming and a lost notice all are the same: the position lies before the tail.
import type { EventType, SimulationEvent } from "../core/events.ts";
import type { Viewer } from "../core/viewer.ts";
import type { DeliveredEvent, FeedItem, StreamState, StreamStateChange } from "./feed.ts";
import type { LogPage } from "./log-reads.ts";
import type { MetricsRate } from "./metrics-rate.ts";
import type { Nothing, Source } from "./source.ts";
import type { Topic, Watcher } from "./topic.ts";

export interface ReaderOptions {
  readonly topic: Topic;
  /** Who reads. Checked when they joined; whoever checks again finds them here. */
  readonly viewer: Viewer;
  /** Given before anything else, ascending; at or before `position`. */
  readonly first: readonly SimulationEvent[];
  /** Everything after this seq is delivered. */
  readonly position: number;
  /** The reader is live when it has come this far. */
  readonly target: number;
  /** Null: all. */
  readonly types: ReadonlySet<EventType> | null;
  readonly rate: MetricsRate | null;
  release(): void;
}

export class Reader implements Source<FeedItem>, Watcher {
  readonly viewer: Viewer;
  readonly #topic: Topic;
  readonly #first: SimulationEvent[];
  readonly #types: ReadonlySet<EventType> | null;
  readonly #pageTypes: readonly EventType[] | undefined;
  readonly #rate: MetricsRate | null;
  readonly #release: () => void;
  #position: number;
  #target: number;
  #catchingUp = false;
  #gapTold = false;
  #state: StreamState | null = null;
  #reason: string | null = null;
  #page: LogPage | null = null;
  #pageIndex = 0;
  #pageTouched = false;
  #loading = false;
  #ended = false;
  #released = false;
  #wake: () => void = () => {};

  constructor(options: ReaderOptions) {
    this.viewer = options.viewer;
    this.#topic = options.topic;
    this.#first = options.first.filter((event) => options.types?.has(event.body.type) ?? true);
    this.#types = options.types;
    this.#pageTypes = typesToRead(options.types);
    this.#rate = options.rate;
    this.#release = options.release;
    this.#position = options.position;
    this.#target = options.target;
    options.topic.watchers.add(this);
  }

  onWake(wake: () => void): void {
    this.#wake = wake;
  }

  wake(): void {
    this.#wake();
  }

  take(): FeedItem | Nothing {
    if (this.#topic.failure !== null) throw this.#topic.failure;
    // A closed feed leaves its readers waiting: an end would tell the client that the simulation has ended.
    if (this.#topic.closed) return "wait";
    const first = this.#first.shift();
    if (first !== undefined) return this.#give(first);
    while (!this.#ended) {
      const taken = this.#stateDue() ?? this.#next();
      if (taken !== null) return taken;
    }
    return "end";
  }

  load(): void {
    if (this.#loading || this.#released) return;
    this.#loading = true;
    const settle = (page: LogPage | null) => {
      this.#loading = false;
      if (this.#released) return;
      this.#page = page;
      this.#pageIndex = 0;
      this.#pageTouched = true;
      this.#wake();
    };
    // The topic has taken note of a failure, and `take` says "wait" until the log can be read again.
    this.#topic.page(this.#position, this.#pageTypes).then(settle, () => settle(null));
  }

  get isAlone(): boolean {
    return this.#topic.watchers.size === 1;
  }

  get behind(): number {
    return this.#topic.closed ? 0 : Math.max(0, this.#topic.standing.lastSeq - this.#position);
  }

  lapse(): void {
    if (!this.#pageTouched) this.#page = null;
    this.#pageTouched = false;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#page = null;
    this.#rate?.release();
    this.#topic.watchers.delete(this);
    this.#release();
  }

  /** One step along the log; null: a step without an item. */
  #next(): FeedItem | Nothing | null {
    if (this.#page !== null) return this.#nextOfPage(this.#page);
    const { tail } = this.#topic;
    if (this.#position >= tail.end) return this.#atTheEnd();
    if (this.#position < tail.start) return this.#beforeTheTail();
    return this.#pass(tail.at(this.#position + 1, this.#topic.standing).event);
  }

  #nextOfPage(page: LogPage): FeedItem | null {
    this.#pageTouched = true;
    const event = page.events[this.#pageIndex];
    const before = event === undefined ? page.through : event.seq - 1;
    if (before > this.#position) {
      const gap = page.filtered ? null : this.#gap(before);
      if (gap?.kind === "event") return gap;
      this.#position = before;
      if (gap !== null) return gap;
    }
    if (event === undefined) this.#page = null;
    if (event === undefined || event.seq <= this.#position) {
      this.#pageIndex += 1;
      return null;
    }
    return this.#pass(event);
  }

  /** The snapshot tells whether the log has ended, so that it ends also for who did not ask for that event. */
  #atTheEnd(): FeedItem | Nothing {
    const { standing, hasEnded } = this.#topic;
    const isOver = hasEnded && this.#position >= standing.lastSeq;
    if (this.#rate?.isDue || isOver) {
      const held = this.#giveHeld();
      if (held !== null) return held;
    }
    if (isOver) {
      this.#ended = true;
      return "end";
    }
    this.#rate?.arm(() => this.#wake());
    return "wait";
  }

  #beforeTheTail(): FeedItem | Nothing | null {
    if (this.#rate?.isDue) return this.#giveHeld();
    if (this.#topic.unreadable !== null) return "wait";
    if (this.#catchingUp) return "log";
    this.#catchingUp = true;
    this.#gapTold = false;
    this.#target = Math.max(this.#target, this.#topic.standing.lastSeq);
    return null;
  }

  /** The event after the position: delivered, held back or passed over. */
  #pass(event: SimulationEvent): FeedItem | null {
    const isWanted = this.#types === null || this.#types.has(event.body.type);
    if (isWanted && this.#rate !== null && event.body.type === "METRICS_SAMPLED") {
      this.#rate.hold(event);
      this.#advance(event.seq);
      return null;
    }
    const held = isWanted ? this.#giveHeld() : null;
    if (held !== null) return held;
    this.#advance(event.seq);
    return isWanted ? this.#topic.delivered(event) : null;
  }

  /** What lies behind the only reader nobody is given again: it goes while it is young, which costs next to nothing. */
  #advance(seq: number): void {
    this.#position = seq;
    if (this.isAlone) this.#topic.tail.dropBefore(seq);
  }

  /** What the stream has to say of itself before it goes on. */
  #stateDue(): FeedItem | null {
    const topic = this.#topic;
    const arrived = this.#position >= this.#target;
    if (arrived) this.#catchingUp = false;
    const reason = topic.unreadable ?? (arrived ? topic.staleReason : null);
    if (reason !== null) return this.#say("STALE", reason);
    if (this.#catchingUp) return this.#say("CATCHING_UP", null);
    return arrived && !topic.hasEnded ? this.#say("LIVE", null) : null;
  }

  /** What is held goes first, so that seqs ascend; null: it has been said. */
  #say(state: StreamState, reason: string | null): FeedItem | null {
    if (state === this.#state && reason === this.#reason) return null;
    const held = this.#giveHeld();
    if (held !== null) return held;
    this.#state = state;
    this.#reason = reason;
    return this.#stateChange(state, reason, this.#position);
  }

  /** Once per catching up: retention may have left many holes. */
  #gap(before: number): FeedItem | null {
    if (this.#gapTold) return null;
    const held = this.#giveHeld();
    if (held !== null) return held;
    this.#gapTold = true;
    const reason = `Events from ${this.#position + 1} on are not kept any more; the log goes on after ${before}.`;
    return this.#stateChange("GAP", reason, before);
  }

  #stateChange(state: StreamState, reason: string | null, seq: number): StreamStateChange {
    const { simulation } = this.#topic.standing;
    const { simulatedTime } = simulation;
    return { kind: "state", state, reason, seq, at: new Date(), simulatedTime, simulation };
  }

  #give(event: SimulationEvent): DeliveredEvent {
    if (event.body.type === "METRICS_SAMPLED") this.#rate?.gave();
    return this.#topic.delivered(event);
  }

  #giveHeld(): DeliveredEvent | null {
    if (!this.#rate?.holdsOne) return null;
    const event = this.#rate.give();
    return event === null ? null : this.#topic.delivered(event);
  }
}

/**
 * Which events a page has to bring. Retention drops metrics only, so without them the log may be read by type,
 * and a missing seq tells nothing; with them it is read whole, so that what is missing shows.
 */
function typesToRead(types: ReadonlySet<EventType> | null): readonly EventType[] | undefined {
  if (types === null || types.has("METRICS_SAMPLED")) return undefined;
  return [...new Set<EventType>([...types, "STATUS_CHANGED"])].sort();
}
