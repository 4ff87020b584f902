import fc from "fast-check";
import { expect, it } from "vitest";
import type { SimulationEvent } from "../../src/core/events.ts";
import { WrittenSample } from "../../src/core/written-sample.ts";
import { decodeNotice, encodeNotice } from "../../src/redis/message.ts";
import { WrittenNotice } from "../../src/redis/written-notice.ts";
import { collectGarbage } from "../support/collect-garbage.ts";
import { logged, measured, sampled, simulationOf } from "../support/simulations.ts";

const simulation = simulationOf("a", { endTime: null });
const events: readonly SimulationEvent[] = [logged('a "quoted"\nline'), sampled()].map((body, index) => ({
  simulationId: "a",
  seq: index + 1,
  at: new Date(1_000 + index),
  simulatedTime: index,
  engineSeq: index === 0 ? null : index,
  body,
}));
const ofSample: SimulationEvent = {
  simulationId: "a",
  seq: 1,
  at: new Date(5),
  simulatedTime: 0.25,
  engineSeq: 1,
  body: sampled({ components: [measured("gateway"), { ...measured("cache"), hitRatio: 0.5 }] }),
};
const read = (message: string) => decodeNotice(Buffer.from(message));
const samples = [2, 3, 4].map((seq) => ({ ...ofSample, seq }));

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

it.each([1, 2, 3])("leaves %i samples of metrics as they are written", (count) => {
  const events = samples.slice(0, count);
  const others = { ...simulation, designName: '","events":[{"seq":1,"body":', labels: { events: "[" } };
  const notice = read(encodeNotice({ simulation: others, events, traceparent: "00-a" }));
  expect(notice).toEqual({ simulation: others, events, traceparent: "00-a" });
  for (const { body } of notice?.events ?? []) expect(body).toBeInstanceOf(WrittenSample);
});

it.each(["größe 🚀", ',"body":', '}]}","events":[', "\\"])("whatever a component is called: %s", (name) => {
  const event = { ...ofSample, body: sampled({ components: [measured(name), measured(name)] }) };
  const notice = read(encodeNotice({ simulation, events: [event, event] }));
  expect(notice).toEqual({ simulation, events: [event, event] });
  expect(notice?.events[1]?.body).toBeInstanceOf(WrittenSample);
});

it("reads also what is written in another order, or by a later release", () => {
  const { type, ...facts } = sampled();
  const body = { ...facts, type, later: 1 };
  const message = encodeNotice({ simulation, events: [ofSample], bodies: [JSON.stringify(body)] });
  expect(read(message)).toEqual({ simulation, events: [{ ...ofSample, body }] });
});

it("tells how the simulation stands before it is read, and reads it once", () => {
  const notice = read(
    encodeNotice({ simulation: { ...simulation, staleReason: 'größe "a"' }, events: samples }),
  );
  expect(notice).toBeInstanceOf(WrittenNotice);
  const { id, version, lastSeq, status } = simulation;
  expect(notice?.standing).toMatchObject({ id, version, lastSeq, status, staleReason: 'größe "a"' });
  expect(notice?.simulation).toEqual({ ...simulation, staleReason: 'größe "a"' });
  expect(notice?.simulation).toBe(notice?.simulation);
});

it("with any byte changed tells what it says, or is read as a whole", () => {
  let left = 0;
  const message = Buffer.from(encodeNotice({ simulation, events: [ofSample], traceparent: "00-a" }));
  fc.assert(
    fc.property(fc.nat(message.length - 1), fc.constantFrom(...'{}[]",:x\\u-+.e0\n'), (at, character) => {
      const changed = Buffer.from(message);
      changed.write(character, at);
      const notice = decodeNotice(changed);
      if (!(notice instanceof WrittenNotice)) return;
      left += 1;
      // In front of it a blank, with which it is another way to write the same.
      expect(notice).toEqual(decodeNotice(Buffer.concat([Buffer.from(" "), changed])));
      const { id, version, lastSeq, status, staleReason } = notice.simulation;
      expect(notice.standing).toMatchObject({ id, version, lastSeq, status, staleReason });
    }),
    { numRuns: 5_000 },
  );
  expect(left).toBeGreaterThan(100);
});

it("is none where any of it is missing", () => {
  const message = Buffer.from(encodeNotice({ simulation, events: samples }));
  for (let length = 0; length < message.length; length += 1) {
    expect(decodeNotice(message.subarray(0, length))).toBeNull();
  }
  expect(decodeNotice(Buffer.concat([message, Buffer.from("}")]))).toBeNull();
});

it("keeps nothing of what came with it", () => {
  const among = {
    ...ofSample,
    body: sampled({ components: Array.from({ length: 200 }, () => measured("c")) }),
  };
  const heard = { ...simulation, id: "a".repeat(36) };
  const events = [ofSample, { ...among, seq: 2 }].map((event) => ({ ...event, simulationId: heard.id }));
  const message = Buffer.from(encodeNotice({ simulation: heard, events, traceparent: "0".repeat(55) }));
  const keep = () => {
    const notice = decodeNotice(message);
    return [notice?.events[0], notice?.standing, notice?.traceparent];
  };
  keep();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 500 }, keep);
  collectGarbage();
  const each = (process.memoryUsage().heapUsed - before) / kept.length;
  expect(kept[499]?.[2]).toBe("0".repeat(55));
  expect(each).toBeLessThan(message.length / 10);
});

it("reads also what is larger than any of ours", () => {
  const body = sampled({ components: Array.from({ length: 5_000 }, () => measured("c")) });
  const notice = decodeNotice(
    Buffer.from(
      `${encodeNotice({ simulation, events: [ofSample] }).slice(0, -2)},${JSON.stringify({ ...ofSample, seq: 2, body })}]}`,
    ),
  );
  expect(notice).not.toBeInstanceOf(WrittenNotice);
  expect(notice).toEqual({ simulation, events: [ofSample, { ...ofSample, seq: 2, body }] });
});

it("reads also what says something twice", () => {
  const message = encodeNotice({ simulation, events: [ofSample] });
  const twice = message.replace(/"engineDigest":"\w+"/, '$&,"engineDigest":5');
  expect(twice).not.toBe(message);
  const run = { ...simulation.run, engineDigest: null };
  expect(read(twice)).toEqual({ simulation: { ...simulation, run }, events: [ofSample] });
});

it("never gives a body to another event", () => {
  const message = encodeNotice({ simulation, events: samples.slice(0, 2) });
  const [, body] = /"body":(.*?)\},\{"simulationId"/.exec(message) ?? [];
  expect(read(message.replace(`,"body":${body}`, ""))?.events.map((event) => event.body)).toEqual([
    undefined,
    samples[1]?.body,
  ]);
});

it("reads also heads that a later release writes", () => {
  const message = encodeNotice({ simulation, events: [ofSample] });
  const nested = message.replace('"seq":1', '"seq":1,"later":{"body":{"größe":1},"more":"ü"}');
  expect(read(nested)).toEqual({ simulation, events: [ofSample] });
  expect(read(`${message.slice(0, -1)},"later":"ü"}`)).toEqual({ simulation, events: [ofSample] });
});
