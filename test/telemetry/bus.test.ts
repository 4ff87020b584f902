// How a trace goes with notices: to whoever acts on a wish, to whoever is given the events, and to nobody who is merely
// woken.
import { context, trace } from "@opentelemetry/api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { correlated, correlationId } from "../../src/core/correlation.ts";
import { noMeter } from "../../src/core/ports/meter.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { createMemoryBus } from "../../src/memory/bus.ts";
import { decodeNotice, encodeNotice } from "../../src/redis/message.ts";
import { observedBus } from "../../src/telemetry/bus.ts";
import { Deliveries } from "../../src/telemetry/deliveries.ts";
import { spanContextFrom, startTracing, type Tracing } from "../../src/telemetry/tracing.ts";
import { WantedTraces } from "../../src/telemetry/wanted-traces.ts";
import { log } from "../support/rig.ts";
import { simulationOf } from "../support/simulations.ts";
import { type Collector, startCollector } from "./observed.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const other = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

let collector: Collector;
let tracing: Tracing;
beforeAll(async () => {
  collector = await startCollector();
  tracing = await startTracing({ endpoint: collector.endpoint, serviceName: "test", instance: "one" });
});
afterAll(async () => {
  await tracing.close();
  await collector.close();
});

const queued: Simulation = simulationOf("0199e2a4-0000-7000-8000-000000000000", { status: "QUEUED" });
const running: Simulation = { ...queued, status: "RUNNING" };
const wished = (text: string) => {
  const found = spanContextFrom(text);
  if (found === undefined) throw new Error("Not a traceparent.");
  return found;
};

it("survives the way over Redis, and is missed by nobody who does not know it", () => {
  expect(decodeNotice(Buffer.from(encodeNotice({ simulation: queued, events: [], traceparent })))).toEqual({
    simulation: queued,
    events: [],
    traceparent,
  });
  const without = decodeNotice(Buffer.from(encodeNotice({ simulation: queued, events: [] })));
  expect(without).toEqual({ simulation: queued, events: [] });
});

it("remembers the trace of what is wanted until something else is", () => {
  const wanted = new WantedTraces();
  wanted.learn(running, wished(other));
  expect(wanted.of(queued.id)).toBe(undefined);
  wanted.learn(queued, wished(traceparent));
  wanted.learn({ ...queued, status: "STARTING" }, wished(other));
  expect(wanted.of(queued.id)?.traceId).toBe(traceId);
  expect([wanted.answer(queued.id), wanted.answer(queued.id)]).toEqual([true, false]);
  wanted.learn({ ...running, desiredStatus: "STOPPED" }, wished(other));
  expect(wanted.of(queued.id)?.traceId).toBe("a".repeat(32));
  expect(wanted.answer(queued.id)).toBe(true);
  wanted.forget(queued.id);
  expect(wanted.of(queued.id)).toBe(undefined);
});

it("remembers a bounded number of them", () => {
  const wanted = new WantedTraces();
  for (let n = 0; n <= 5_000; n += 1) wanted.learn({ ...queued, id: String(n) }, wished(traceparent));
  expect(wanted.of("0")).toBe(undefined);
  expect(wanted.of("5000")).toBeDefined();
});

it("reaches the owner with the notice, which works neither for the request nor in its span", async () => {
  const bus = observedBus(createMemoryBus({ log }), {
    meter: noMeter,
    tracing,
    deliveries: new Deliveries(noMeter, tracing),
  });
  const seen: unknown[] = [];
  await bus.subscribeAll({
    notice: () => seen.push([correlationId(), trace.getSpan(context.active())]),
    gap: () => {},
  });
  await correlated("of-a-request", () =>
    tracing.continued(traceparent, () =>
      tracing.span("graphql.mutation", {}, async () => bus.publish({ simulation: queued, events: [] })),
    ),
  );
  expect(seen).toEqual([[undefined, undefined]]);
  expect(tracing.wanted.of(queued.id)?.traceId).toBe(traceId);
  bus.publish({ simulation: { ...queued, status: "COMPLETED", endTime: new Date() }, events: [] });
  expect(tracing.wanted.of(queued.id)).toBe(undefined);
  await bus.close();
});

it("traces no more than some batches in a second that answer nothing", async () => {
  const before = performance.now();
  for (let n = 0; n < 200; n += 1) await tracing.batch("unknown", n, async () => n);
  const seconds = 1 + Math.ceil((performance.now() - before) / 1_000);
  await collector.until(({ name }) => name === "follow.batch");
  await tracing.span("last", {}, async () => {});
  await collector.until(({ name }) => name === "last");
  expect(collector.spans.filter(({ name }) => name === "follow.batch").length).toBeLessThanOrEqual(
    5 * seconds,
  );
});
