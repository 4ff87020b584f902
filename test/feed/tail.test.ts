import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SimulationEvent } from "../../src/core/events.ts";
import { standingOf } from "../../src/core/standing.ts";
import { WrittenSample } from "../../src/core/written-sample.ts";
import { sizeOf, Tail } from "../../src/feed/tail.ts";
import { TailBudget } from "../../src/feed/tail-budget.ts";
import { logged, measured, sampled, simulationOf } from "../support/simulations.ts";

const simulation = simulationOf("a", { lastSeq: 1_000 });
const standing = standingOf(simulation);

function eventOf(seq: number, message = ""): SimulationEvent {
  return { simulationId: "a", seq, at: new Date(0), simulatedTime: 0, engineSeq: seq, body: logged(message) };
}

it("counts a sample the same before and after it is looked at", () => {
  const sample = sampled({ components: [measured("gateway"), measured("cache")] });
  const body = WrittenSample.ofJson(JSON.stringify(sample));
  const event = { ...eventOf(1), body };
  const before = sizeOf(event);
  expect(before).toBeGreaterThan(2 * JSON.stringify(sample).length);
  expect([body.bytes, body.window]).toEqual([JSON.stringify(sample), sample.window]);
  expect(sizeOf(event)).toBe(before);
});

describe("a tail", () => {
  it("holds the newest events within its bounds, and counts what it holds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 300, max: 3_000 }),
        fc.array(fc.oneof(fc.string({ maxLength: 300 }), fc.constant(null)), { maxLength: 60 }),
        (maxEvents, maxBytes, steps) => {
          const budget = new TailBudget(1e9);
          const tail = new Tail(maxEvents, maxBytes, budget);
          let seq = 0;
          for (const step of steps) {
            if (step === null) {
              seq += 10;
              tail.reset(seq);
              continue;
            }
            seq += 1;
            tail.push(eventOf(seq, step), standing);
          }
          expect(tail.end).toBe(seq);
          expect(tail.end - tail.start).toBeLessThanOrEqual(maxEvents);
          expect(tail.bytes).toBeLessThanOrEqual(maxBytes);
          let bytes = 0;
          for (let held = tail.start + 1; held <= tail.end; held += 1) {
            const { event } = tail.at(held, standing);
            expect(event.seq).toBe(held);
            bytes += sizeOf(event);
          }
          expect(tail.bytes).toBe(bytes);
          expect(budget.bytes).toBe(bytes);
          tail.release();
          expect(budget.bytes).toBe(0);
        },
      ),
    );
  });

  it("refuses an event that leaves a hole, and one it does not hold", () => {
    const tail = new Tail(2, 1e6, new TailBudget(1e9));
    tail.push(eventOf(1), standing);
    expect(() => tail.push(eventOf(3), standing)).toThrow("does not follow");
    expect(() => tail.at(2, standing)).toThrow("not in the tail");
  });

  it("gives the same object until the simulation beside it is another", () => {
    const tail = new Tail(2, 1e6, new TailBudget(1e9));
    tail.push(eventOf(1), standing);
    const given = tail.at(1, standing);
    expect(tail.at(1, standing)).toBe(given);
    const newer = standingOf({ ...simulation, progress: 0.9 });
    expect(tail.at(1, newer)).toEqual({ kind: "event", event: given.event, simulation: newer.simulation });
    expect(tail.at(1, newer)).toBe(tail.at(1, newer));
  });

  it("gives way when all tails together pass their bound", () => {
    const budget = new TailBudget(20 * sizeOf(eventOf(1)));
    const tails = Array.from({ length: 4 }, () => new Tail(100, 1e6, budget));
    for (let seq = 1; seq <= 50; seq += 1) {
      for (const tail of tails) tail.push(eventOf(seq), standing);
      expect(budget.bytes).toBeLessThanOrEqual(20 * sizeOf(eventOf(1)));
    }
    for (const tail of tails) expect(tail.end).toBe(50);
    for (const tail of tails) tail.release();
    expect(budget.bytes).toBe(0);
  });
});
