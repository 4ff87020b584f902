import { expect, it } from "vitest";
import { type EventSeen, hashOf, merged, Recorder } from "./history.ts";

const event: EventSeen = {
  kind: "event",
  stream: "s1",
  simulation: "A",
  seq: 1,
  type: "LOG_EMITTED",
  status: null,
  own: hashOf({ message: "x" }),
  committedAt: 1,
};

it("a recorder keeps the order, with times that never go back, up to its bound", () => {
  const recorder = new Recorder(2);
  recorder.record("alice", event);
  recorder.record("bob", { kind: "calm" });
  recorder.record("alice", { ...event, seq: 2 });
  expect(recorder.history).toMatchObject([
    { client: "alice", kind: "event" },
    { client: "bob", kind: "calm" },
  ]);
  const [first, second] = recorder.history;
  expect(second?.t).toBeGreaterThanOrEqual(first?.t ?? Number.POSITIVE_INFINITY);
  expect(recorder).toMatchObject({ deliveries: 2, dropped: 1 });
});

it("histories of several processes become one, in the order of the machine's clock", () => {
  const at = (client: string, t: number) => ({ kind: "calm", client, t, wall: t }) as const;
  const both = merged([
    [at("a", 1), at("a", 4)],
    [at("b", 2), at("b", 3)],
  ]);
  expect(both.map(({ client }) => client)).toEqual(["a", "b", "b", "a"]);
});

it("a hash depends on the fields and not on their order", () => {
  expect(hashOf({ a: 1, b: { c: [1, 2], d: null } })).toBe(hashOf({ b: { d: null, c: [1, 2] }, a: 1 }));
  expect(hashOf({ a: 1 })).not.toBe(hashOf({ a: "1" }));
  expect(hashOf({ a: [["b", 1]] })).not.toBe(hashOf({ a: { b: 1 } }));
  expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
});
