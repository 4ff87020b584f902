import { describe, expect, it } from "vitest";
import { Deadlines } from "../../../src/engine/model/deadlines.ts";
import { intervalOf } from "../../../src/engine/model/metrics/batch-means.ts";
import { Random } from "../../../src/engine/model/random.ts";
import { WaitingLine } from "../../../src/engine/model/waiting-line.ts";

const drain = (line: WaitingLine) => {
  const out: number[] = [];
  for (let entry = line.pop(); entry >= 0; entry = line.pop()) out.push(entry);
  return out;
};

describe("a waiting line", () => {
  it("gives the most urgent first, and the oldest of them", () => {
    const line = new WaitingLine(3, false);
    for (let i = 0; i < 90; i++) line.push(i, i % 3);
    const out = drain(line);
    expect(out.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, i) => 3 * i));
    expect(out.slice(60)).toEqual(Array.from({ length: 30 }, (_, i) => 3 * i + 2));
  });

  it("may give the newest first", () => {
    const line = new WaitingLine(1, true);
    for (const entry of [1, 2, 3]) line.push(entry, 0);
    expect(drain(line)).toEqual([3, 2, 1]);
  });

  it("swept keeps what matters, in its order", () => {
    const line = new WaitingLine(2, false);
    for (let i = 0; i < 100; i++) line.push(i, i % 2);
    line.sweep((entry) => entry % 10 === 0);
    expect(line.held).toBe(10);
    expect(drain(line)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  });
});

describe("the deadlines of a link", () => {
  it("stay few however many calls have ended in time, and keep those that have not", () => {
    const over = new Set<number>();
    const deadlines = new Deadlines((call) => !over.has(call));
    for (let call = 0; call < 100_000; call++) {
      deadlines.push(call, call, 0);
      if (call % 1_000 !== 0) over.add(call);
    }
    expect(deadlines.length).toBeLessThan(600);
    const kept: number[] = [];
    for (deadlines.dropStale(); deadlines.length > 0; deadlines.dropStale()) {
      kept.push(deadlines.firstCall);
      deadlines.dropFirst();
    }
    expect(kept).toEqual(Array.from({ length: 100 }, (_, i) => i * 1_000));
  });
});

describe("batch means", () => {
  const random = new Random(5, "batches", "test");
  const noise = () => random.unit() + random.unit() - 1;
  const of = (values: number[]) => {
    const batches = values.map((sum) => ({ sum, weight: 1 }));
    return intervalOf({ sum: values.reduce((a, b) => a + b, 0), weight: values.length }, batches);
  };

  it("hold the true mean 95 times of 100", () => {
    let held = 0;
    for (let i = 0; i < 2_000; i++) {
      const { mean, halfWidth95 } = of(Array.from({ length: 32 }, noise));
      if (Math.abs(mean) <= halfWidth95) held++;
    }
    expect(held / 2_000).toBeGreaterThan(0.93);
    expect(held / 2_000).toBeLessThan(0.97);
  });

  it("join batches that depend on one another, which widens the interval", () => {
    let level = 0;
    const walk = Array.from({ length: 32 }, () => {
      level = 0.9 * level + noise();
      return level;
    });
    expect(of(walk).n).toBeLessThan(32);
  });

  it("see a trend, and none where there is none", () => {
    expect(of(Array.from({ length: 32 }, (_, i) => i + noise())).steady).toBe(false);
    expect(of(Array.from({ length: 32 }, () => 5)).steady).toBe(true);
    let steady = 0;
    for (let i = 0; i < 500; i++) if (of(Array.from({ length: 32 }, noise)).steady) steady++;
    expect(steady).toBeGreaterThan(490);
  });

  it("say nothing of precision where there are few, and no number is ever not finite", () => {
    expect(of([1, 2, 3])).toEqual({ mean: 2, halfWidth95: 0, n: 3, steady: true });
    expect(intervalOf({ sum: 0, weight: 0 }, [])).toEqual({ mean: 0, halfWidth95: 0, n: 0, steady: true });
    expect(of(Array.from({ length: 32 }, () => 0)).halfWidth95).toBe(0);
  });
});
