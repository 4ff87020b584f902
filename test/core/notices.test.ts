import { describe, expect, it } from "vitest";
import { createNoticeSieve, isAsNew } from "../../src/core/notices.ts";
import { changedTo, logged, simulationOf } from "../support/simulations.ts";

function noticeOf(overrides: Parameters<typeof simulationOf>[1], body = logged()) {
  const simulation = simulationOf("a", overrides);
  const event = {
    simulationId: "a",
    seq: simulation.lastSeq,
    at: new Date(),
    simulatedTime: 0,
    engineSeq: 1,
    body,
  };
  return { simulation, events: [event] };
}

describe("the notice sieve", () => {
  it("lets the first word of a simulation through, then bare progress once a second", () => {
    const sieve = createNoticeSieve();
    const passed = [0, 300, 999, 1_000, 1_500, 2_000].filter((now) => sieve.letsThrough(noticeOf({}), now));
    expect(passed).toEqual([0, 1_000, 2_000]);
  });

  it("lets every change of standing through, and what is unchanged after it not", () => {
    const sieve = createNoticeSieve();
    sieve.letsThrough(noticeOf({}), 0);
    expect(sieve.letsThrough(noticeOf({ staleReason: "silent" }), 1)).toBe(true);
    expect(sieve.letsThrough(noticeOf({ staleReason: "silent" }), 2)).toBe(false);
    expect(sieve.letsThrough(noticeOf({ staleReason: null }), 3)).toBe(true);
    expect(sieve.letsThrough(noticeOf({ waiting: { code: "CAPACITY", message: "full" } }), 4)).toBe(true);
    expect(sieve.letsThrough(noticeOf({ designRevision: 2 }), 5)).toBe(true);
    expect(sieve.letsThrough(noticeOf({}, changedTo("RUNNING")), 6)).toBe(true);
  });

  it("remembers a bounded number of simulations, and none that has ended", () => {
    const sieve = createNoticeSieve(1);
    const notice = (id: string, status: "RUNNING" | "COMPLETED" = "RUNNING") => ({
      simulation: simulationOf(id, { status }),
      events: [],
    });
    expect(sieve.letsThrough(notice("a"), 0)).toBe(true);
    expect(sieve.letsThrough(notice("b"), 1)).toBe(true);
    expect(sieve.letsThrough(notice("b"), 2)).toBe(false);
    expect(sieve.letsThrough(notice("a"), 3)).toBe(true);
    expect(sieve.letsThrough(notice("a", "COMPLETED"), 4)).toBe(true);
    expect(sieve.letsThrough(notice("a", "COMPLETED"), 5)).toBe(true);
  });
});

describe("isAsNew", () => {
  it("goes by the version", () => {
    const at = (version: number) => simulationOf("a", { version });
    expect([at(1), at(2), at(3)].map((candidate) => isAsNew(candidate, at(2)))).toEqual([false, true, true]);
  });
});
