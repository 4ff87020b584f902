// What took how long, within what: spans for whoever operates the service. Without tracing the work just runs.

export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface Tracer {
  /** What the work does belongs to the trace of that W3C `traceparent`, where it is one; else to a new one. */
  continued<T>(traceparent: unknown, work: () => T): T;
  /** The work as a span. Rejects as the work does, which the span then says. */
  span<T>(name: string, facts: SpanFacts, work: () => Promise<T>): Promise<T>;
  /** Storing a batch of an engine's stream as a span, now and then: there are too many to trace each. */
  batch<T>(simulationId: string, events: number, work: () => Promise<T>): Promise<T>;
  /** Work that many requests share, and that outlives each: it belongs to no trace. */
  apart<T>(work: () => T): T;
}

export const noTracer: Tracer = {
  continued: (_traceparent, work) => work(),
  span: (_name, _facts, work) => work(),
  batch: (_simulationId, _events, work) => work(),
  apart: (work) => work(),
};
