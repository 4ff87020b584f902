// Traces by OpenTelemetry, sent with OTLP over HTTP (JSON) to a collector; nothing is traced unless one is configured.
//
//     graphql.mutation startSimulation > command.start > commit, publish
//         > scheduler.admit, engine.start, follow.batch > commit, publish > deliver
//
// What a mutation causes later, maybe on another replica, is found by `WantedTraces`. Spans below the operation exist
// only within one that does: without it, nothing is made.
import {
  type Context,
  context,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import { messageOf } from "../core/errors.ts";
import type { SpanFacts, Tracer } from "../core/ports/tracer.ts";
import { redacted } from "../core/redacted.ts";
import { parseTraceparent, traceparentOf } from "../core/trace-context.ts";
import type { ExportOptions } from "./otlp.ts";
import { WantedTraces } from "./wanted-traces.ts";

export interface Tracing extends Tracer {
  /** What is wanted of simulations, and in which trace. */
  readonly wanted: WantedTraces;
  /** Like `span`, within another span only: else the work just runs. */
  child<T>(name: string, facts: SpanFacts, work: () => Promise<T>): Promise<T>;
  /** Something that has no duration worth telling, within another span only. */
  mark(name: string, facts: SpanFacts): void;
  /** A span under one of another time or place; begins at that time, ms since the epoch. */
  under<T>(parent: SpanContext, name: string, facts: SpanFacts, work: () => T, since?: number): T;
  /** Sends what is left, for a bounded time. */
  close(): Promise<void>;
}

/** Batches of engines' streams traced in a second, beside those that answer a mutation. */
const batchesPerSecond = 5;
const closeWithinMs = 1_500;

/** The library that sends is loaded here: a service that traces nothing starts without it. */
export async function startTracing(options: ExportOptions): Promise<Tracing> {
  const { startExport } = await import("./otlp.ts");
  const { tracer, shutdown } = startExport(options);
  return new OpenTracing(tracer, shutdown);
}

class OpenTracing implements Tracing {
  readonly wanted = new WantedTraces();
  readonly #tracer: OtelTracer;
  readonly #shutdown: () => Promise<void>;
  #second = 0;
  #batches = 0;

  constructor(tracer: OtelTracer, shutdown: () => Promise<void>) {
    this.#tracer = tracer;
    this.#shutdown = shutdown;
  }

  continued<T>(traceparent: unknown, work: () => T): T {
    const parent = spanContextFrom(traceparent);
    const base = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    return context.with(base, work);
  }

  span<T>(name: string, facts: SpanFacts, work: () => Promise<T>): Promise<T> {
    return this.#run(context.active(), name, facts, work);
  }

  child<T>(name: string, facts: SpanFacts, work: () => Promise<T>): Promise<T> {
    return trace.getActiveSpan() === undefined ? work() : this.span(name, facts, work);
  }

  mark(name: string, facts: SpanFacts): void {
    if (trace.getActiveSpan() !== undefined) this.#tracer.startSpan(name, { attributes: facts }).end();
  }

  under<T>(parent: SpanContext, name: string, facts: SpanFacts, work: () => T, since?: number): T {
    const base = trace.setSpanContext(ROOT_CONTEXT, parent);
    const timed = since === undefined ? {} : { startTime: since };
    const span = this.#tracer.startSpan(name, { attributes: facts, ...timed }, base);
    const result = context.with(trace.setSpan(base, span), work);
    if (result instanceof Promise) {
      // The copy of the promise is the span's alone: whoever asked has the work's own.
      result.then(
        () => span.end(),
        (error: unknown) => failed(span, error),
      );
    } else span.end();
    return result;
  }

  batch<T>(simulationId: string, events: number, work: () => Promise<T>): Promise<T> {
    const facts = { "simulation.id": simulationId, "batch.events": events };
    const wanted = this.wanted.of(simulationId);
    if (wanted !== undefined && this.wanted.answer(simulationId)) {
      return this.under(wanted, "follow.batch", facts, work);
    }
    if (!this.#mayTraceBatch()) return context.with(ROOT_CONTEXT, work);
    const links = wanted === undefined ? [] : [{ context: wanted }];
    return this.#run(ROOT_CONTEXT, "follow.batch", facts, work, links);
  }

  apart<T>(work: () => T): T {
    return context.with(ROOT_CONTEXT, work);
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeWithinMs);
    });
    await Promise.race([this.#shutdown().catch(() => {}), late]);
    clearTimeout(timer);
  }

  async #run<T>(
    base: Context,
    name: string,
    attributes: SpanFacts,
    work: () => Promise<T>,
    links: { readonly context: SpanContext }[] = [],
  ): Promise<T> {
    const kind = name.startsWith("engine.") ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const span = this.#tracer.startSpan(name, { attributes, links, kind }, base);
    try {
      const result = await context.with(trace.setSpan(base, span), work);
      span.end();
      return result;
    } catch (error) {
      failed(span, error);
      throw error;
    }
  }

  #mayTraceBatch(): boolean {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#batches = 0;
    }
    this.#batches += 1;
    return this.#batches <= batchesPerSecond;
  }
}

function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: redacted(messageOf(error)) });
  span.end();
}

export function spanContextFrom(traceparent: unknown): SpanContext | undefined {
  const parsed = parseTraceparent(traceparent);
  if (parsed === undefined) return undefined;
  const { traceId, spanId, sampled } = parsed;
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

/** Of the span that is active now. */
export function currentTraceparent(): string | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  if (active === undefined) return undefined;
  const { traceId, spanId, traceFlags } = active;
  return traceparentOf({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 });
}

/** For lines of the log. */
export function traceIds(): { traceId?: string; spanId?: string } {
  const active = trace.getActiveSpan()?.spanContext();
  return active === undefined ? {} : { traceId: active.traceId, spanId: active.spanId };
}
