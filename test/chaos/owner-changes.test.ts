// What is counted of a freeze, on histories small enough to be read.
import { expect, it } from "vitest";
import type { Written } from "./audit.ts";
import type { Entry } from "./history.ts";
import { cleanStory } from "./oracle/clean-story.ts";
import type { EngineCall } from "./oracle/end-state.ts";
import { callsOfReplaced, staleCalls, takeoversByFreeze, untoldOwners } from "./owner-changes.ts";

const freeze = {
  writer: "replica-1/1",
  owner: "a",
  wall: 1_000,
  t: 1_000,
  simulations: ["s"],
  thawedAt: 11_000,
};

function write(at: number, token: number): Written {
  const usual = { simulation: "s", firstSeq: 1, lastSeq: 1, engineEvents: 1, attempt: 1 };
  return { ...usual, writer: "replica-2/1", owner: "b", token, at };
}

function struck(wall: number): Entry {
  return { kind: "fault", what: "kill -9", target: "x", phase: "begins", t: wall, wall, client: "nemesis" };
}

it("a takeover is counted once, however much the next owner writes", () => {
  const written = [write(900, 1), write(3_000, 2), write(3_100, 2), write(12_000, 2)];
  expect(takeoversByFreeze([freeze], written, [struck(990)])).toEqual([1]);
});

it("a second change of owner is counted, also when the first one wakes up", () => {
  const written = [write(900, 1), write(3_000, 2), write(11_500, 3)];
  expect(takeoversByFreeze([freeze], written, [struck(990)])).toEqual([2]);
});

it("what came after the next fault, or long after the freeze, does not count", () => {
  const written = [write(900, 1), write(3_000, 2), write(12_500, 3), write(30_000, 4)];
  expect(takeoversByFreeze([freeze], written, [struck(990), struck(12_000)])).toEqual([1]);
  expect(takeoversByFreeze([freeze], written, [struck(990)])).toEqual([2]);
});

const call: EngineCall = { engine: "e/1", simulation: "s", attempt: 1, token: 1, call: "pause", at: 1_000 };

it("a call is stale where its engine had accepted a greater token in the same life", () => {
  const stale = { ...call, at: 3_000 };
  const otherLife = { ...call, engine: "e/2", at: 4_000 };
  expect(staleCalls([call, { ...call, token: 2, at: 2_000 }, stale, otherLife])).toEqual([stale]);
});

it("a call of a replaced owner counts from when the next had been given its token", () => {
  const issued = [
    { simulation: "s", token: 1, at: 500 },
    { simulation: "s", token: 2, at: 1_500 },
  ];
  expect(callsOfReplaced([call, { ...call, at: 1_700 }, { ...call, token: 2, at: 1_800 }], issued)).toEqual([
    200,
  ]);
});

it("each owner but the first is told in the log", () => {
  const story = cleanStory();
  const row = { ...story.row("B"), token: 2 };
  const told = { ...story.event("B", 4), code: "OWNER_CHANGED" };
  expect(untoldOwners([row, story.row("D")], [told])).toBe(0);
  expect(untoldOwners([row], [])).toBe(1);
  expect(untoldOwners([{ ...row, token: 1 }], [told])).toBe(1);
});
