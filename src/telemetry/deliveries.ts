// From a notice to the first reader who is given its events: the last span of a batch, once on each replica.
import type { SpanContext } from "@opentelemetry/api";
import type { Notice } from "../core/ports/bus.ts";
import type { Counter, Meter } from "../core/ports/meter.ts";
import type { DeliveredEvent, FeedItem } from "../feed/feed.ts";
import type { Nothing, Source } from "../feed/source.ts";
import { spanContextFrom, type Tracing } from "./tracing.ts";

/** Simulations of which a traced notice waits for its first delivery; the oldest goes first. */
const mostWaiting = 1_000;

interface Heard {
  readonly context: SpanContext;
  readonly through: number;
  /** ms since the epoch. */
  readonly at: number;
}

export class Deliveries {
  readonly #tracing: Tracing | undefined;
  readonly #meter: Meter;
  readonly #delivered: Counter;
  readonly #heard = new Map<string, Heard>();

  constructor(meter: Meter, tracing: Tracing | undefined) {
    this.#meter = meter;
    this.#tracing = tracing;
    this.#delivered = meter.counter("simulations_events_total", { stage: "delivered" });
  }

  /** Of a simulation that is watched here. */
  heard({ events, traceparent }: Notice): void {
    const last = events.at(-1);
    const context = spanContextFrom(traceparent);
    if (last === undefined || context === undefined) return;
    const { simulationId } = last;
    this.#heard.delete(simulationId);
    this.#heard.set(simulationId, { context, through: last.seq, at: Date.now() });
    if (this.#heard.size <= mostWaiting) return;
    const oldest = this.#heard.keys().next();
    if (!oldest.done) this.#heard.delete(oldest.value);
  }

  /** A reader has been given an event. `isLive`: as it happened, and not out of the past. */
  delivered({ event }: DeliveredEvent, isLive: boolean): void {
    this.#delivered.add();
    if (!isLive) return;
    const seconds = Math.max(0, (Date.now() - event.at.getTime()) / 1000);
    this.#meter.observe("simulations_delivery_seconds", {}, seconds);
    if (this.#heard.size > 0) this.#trace(event.simulationId, event.seq);
  }

  #trace(simulationId: string, seq: number): void {
    const heard = this.#heard.get(simulationId);
    if (heard === undefined || seq < heard.through) return;
    this.#heard.delete(simulationId);
    if (seq > heard.through) return;
    const facts = { "simulation.id": simulationId, "event.seq": seq };
    this.#tracing?.under(heard.context, "deliver", facts, () => {}, heard.at);
  }
}

/** A reader's source whose deliveries are seen. It is pulled as before: nothing waits for it. */
export class ObservedSource implements Source<FeedItem> {
  readonly #source: Source<FeedItem>;
  readonly #deliveries: Deliveries;
  #isLive = false;

  constructor(source: Source<FeedItem>, deliveries: Deliveries) {
    this.#source = source;
    this.#deliveries = deliveries;
  }

  take(): FeedItem | Nothing {
    const taken = this.#source.take();
    if (typeof taken === "string") return taken;
    if (taken.kind === "event") this.#deliveries.delivered(taken, this.#isLive);
    else this.#isLive = taken.state === "LIVE";
    return taken;
  }

  load(): void {
    this.#source.load();
  }

  get isAlone(): boolean {
    return this.#source.isAlone === true;
  }

  onWake(wake: () => void): void {
    this.#source.onWake(wake);
  }

  release(): void {
    this.#source.release();
  }
}
