import { expect, it } from "vitest";
import type { SimulationEvent } from "../../src/core/events.ts";
import { decodeNotice, encodeNotice } from "../../src/redis/message.ts";
import { logged, sampled, simulationOf } from "../support/simulations.ts";

const simulation = simulationOf("a", { endTime: null });
const events: readonly SimulationEvent[] = [logged('a "quoted"\nline'), sampled()].map((body, index) => ({
  simulationId: "a",
  seq: index + 1,
  at: new Date(1_000 + index),
  simulatedTime: index,
  engineSeq: index === 0 ? null : index,
  body,
}));
const read = (message: string) => decodeNotice(JSON.parse(message));

it("is read as it was written", () => {
  expect(read(encodeNotice({ simulation, events }))).toEqual({ simulation, events });
  expect(read(encodeNotice({ simulation, events: [] }))).toEqual({ simulation, events: [] });
  expect(read(encodeNotice({ simulation, events, traceparent: "00-a" }))).toEqual({
    simulation,
    events,
    traceparent: "00-a",
  });
});

it("takes bodies that have been written already as they are", () => {
  const bodies = events.map(({ body }) => JSON.stringify(body));
  expect(encodeNotice({ simulation, events, bodies })).toBe(encodeNotice({ simulation, events }));
  const others = bodies.map((body) => body.replace("quoted", "stored"));
  expect(read(encodeNotice({ simulation, events, bodies: others }))?.events[0]?.body).toEqual(
    logged('a "stored"\nline'),
  );
});
