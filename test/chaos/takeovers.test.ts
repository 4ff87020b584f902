// What is measured of a takeover, on histories small enough to be read.
import { describe, expect, it } from "vitest";
import type { Written } from "./audit.ts";
import type { Entry, Happening } from "./history.ts";
import { deliveryDelays, gapsOf, ownedAfter, seenAfter, staleWrites, storedAfter } from "./takeovers.ts";

const loss = { writer: "replica-1/1", owner: "a", wall: 1_000, t: 1_000, simulations: ["s"] };

function write(at: number, some: Partial<Written> = {}): Written {
  const usual = { simulation: "s", firstSeq: 1, lastSeq: 1, engineEvents: 1, token: 1, attempt: 1 };
  return { ...usual, writer: "replica-2/1", owner: "b", at, ...some };
}

function entry(t: number, happening: Happening): Entry {
  return { ...happening, t, wall: t, client: "c" };
}

const seen = { kind: "event", simulation: "s", type: "METRICS_SAMPLED", status: null, own: "" } as const;

describe("a takeover", () => {
  it("is over with the first engine event that another stores", () => {
    const written = [
      write(900, { writer: "replica-1/1", owner: "a" }),
      write(1_010, { writer: "replica-1/1", owner: "a" }),
      write(1_020, { engineEvents: 0, owner: "a" }),
      write(3_100, { engineEvents: 0 }),
      write(3_400),
    ];
    expect(ownedAfter([loss], written)).toEqual([2_100]);
    expect(gapsOf([loss], written)).toEqual([2_390]);
    expect(storedAfter([loss], written, [])).toEqual([2_400]);
  });

  it("is not measured where somebody wanted the simulation stopped", () => {
    const stop = { kind: "intent-asked", call: "1", simulation: "s", intent: "stop", speed: null } as const;
    expect(storedAfter([loss], [write(3_400)], [entry(2_000, stop)])).toEqual([]);
  });

  it("ends for a client that was cut with its next event, on whatever stream", () => {
    const opened = {
      kind: "subscribed",
      simulation: "s",
      replica: "front",
      types: null,
      maxRate: null,
    } as const;
    const history = [
      entry(500, { ...opened, stream: "1", after: 0 }),
      entry(900, { ...seen, stream: "1", seq: 1, committedAt: 890 }),
      entry(1_100, { kind: "closed", stream: "1", code: null }),
      entry(1_300, { ...opened, stream: "2", after: 1 }),
      entry(3_500, { ...seen, stream: "2", seq: 2, committedAt: 3_400 }),
    ];
    expect(seenAfter([loss], [write(3_400)], history)).toEqual([2_500]);
  });
});

it("a write is stale where the row has another owner than the writer", () => {
  const ids = new Map([
    ["replica-1/1", "a"],
    ["replica-2/1", "b"],
  ]);
  const stale = write(3, { writer: "replica-1/1", owner: "b" });
  // What a viewer asks for may be written by anybody.
  const intent = write(4, { writer: "replica-1/1", owner: "b", engineEvents: 0 });
  expect(staleWrites([write(2), stale, intent], ids)).toEqual([stale]);
});

it("what a stream brings to catch up says nothing of the delay of delivery", () => {
  const state = { kind: "stream-state", stream: "1", simulation: "s", seq: 1, reason: null } as const;
  const history = [
    entry(5_000, { ...seen, stream: "1", seq: 1, committedAt: 1_000 }),
    entry(5_001, { ...state, state: "LIVE" }),
    entry(5_040, { ...seen, stream: "1", seq: 2, committedAt: 5_020 }),
  ];
  expect(deliveryDelays(history, 0, 10_000)).toEqual([20]);
});
