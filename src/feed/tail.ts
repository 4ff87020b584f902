// The newest events of one simulation, without a hole: every seq in start+1 .. end.
import type { SimulationEvent } from "../core/events.ts";
import type { Simulation } from "../core/simulation.ts";
import type { Standing } from "../core/standing.ts";
import { WrittenSample } from "../core/written-sample.ts";
import type { DeliveredEvent } from "./feed.ts";
import type { TailBudget } from "./tail-budget.ts";

/**
 * A ring by seq. It holds what is delivered, not just events, so that all readers are given the very same object
 * for as long as the simulation beside the event is the newest: what is the same object is rendered once.
 */
export class Tail {
  #start = 0;
  #end = 0;
  #bytes = 0;
  readonly #ring: (Delivered | undefined)[] = [];
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #budget: TailBudget;

  constructor(maxEvents: number, maxBytes: number, budget: TailBudget) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
    this.#budget = budget;
    budget.join(this);
  }

  /** The seq before the first one held. */
  get start(): number {
    return this.#start;
  }

  /** The last seq held. */
  get end(): number {
    return this.#end;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Begins anew, empty, with `seq + 1` as the next event. */
  reset(seq: number): void {
    while (this.#start < this.#end) this.#dropFirst();
    this.#start = seq;
    this.#end = seq;
  }

  /** `event.seq` must be `end + 1`. The oldest go when a bound is passed. */
  push(event: SimulationEvent, standing: Standing): void {
    if (event.seq !== this.#end + 1) throw new Error(`Event ${event.seq} does not follow ${this.#end}.`);
    this.#end = event.seq;
    this.#ring[this.#slot(event.seq)] = new Delivered(event, standing);
    this.#grow(sizeOf(event));
    while (this.#end - this.#start > this.#maxEvents || this.#bytes > this.#maxBytes) this.#dropFirst();
    this.#budget.settle();
  }

  /** The event `seq`, which must be held, beside the simulation as it stands. */
  at(seq: number, standing: Standing): DeliveredEvent {
    const slot = this.#slot(seq);
    const held = this.#ring[slot];
    if (held === undefined || held.event.seq !== seq) throw new Error(`Event ${seq} is not in the tail.`);
    if (held.standing === standing) return held;
    const renewed = new Delivered(held.event, standing);
    this.#ring[slot] = renewed;
    return renewed;
  }

  /** Lets those before this event go. */
  dropBefore(seq: number): void {
    while (this.#start < this.#end && this.#start + 1 < seq) this.#dropFirst();
  }

  /** Lets the older half go. */
  halve(): void {
    const keep = Math.floor((this.#end - this.#start) / 2);
    while (this.#end - this.#start > keep) this.#dropFirst();
  }

  release(): void {
    this.reset(this.#end);
    this.#budget.leave(this);
  }

  #dropFirst(): void {
    this.#start += 1;
    const slot = this.#slot(this.#start);
    const dropped = this.#ring[slot];
    this.#ring[slot] = undefined;
    if (dropped !== undefined) this.#grow(-sizeOf(dropped.event));
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.grow(bytes);
  }

  /** One slot more than may be held: the new event is in before the oldest goes. */
  #slot(seq: number): number {
    return seq % (this.#maxEvents + 1);
  }
}

/** Beside it, the simulation is not read before somebody looks at it. */
export class Delivered implements DeliveredEvent {
  readonly kind = "event";
  readonly event: SimulationEvent;
  readonly standing: Standing;

  constructor(event: SimulationEvent, standing: Standing) {
    this.event = event;
    this.standing = standing;
  }

  get simulation(): Simulation {
    return this.standing.simulation;
  }
}

/**
 * About what an event takes in memory, bytes; an estimate that costs nothing, the same each time it is asked. Of a sample as it
 * was written: its text, and half of the object that some of them are read as.
 */
export function sizeOf({ body }: SimulationEvent): number {
  const base = 300;
  switch (body.type) {
    case "METRICS_SAMPLED":
      return body instanceof WrittenSample ? base + 2 * body.size : base + 200 + body.components.length * 250;
    case "LOG_EMITTED":
      return base + 2 * body.message.length;
    case "STATUS_CHANGED":
      return base + 2 * (body.reason?.length ?? 0);
    case "ATTEMPT_STARTED":
      return base + 2 * body.reason.length;
    default:
      return base;
  }
}
