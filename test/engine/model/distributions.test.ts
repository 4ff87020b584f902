import { describe, expect, it } from "vitest";
import { Sampler } from "../../../src/engine/model/distributions.ts";
import { Random } from "../../../src/engine/model/random.ts";
import type { Dist } from "../../../src/gen/architech/engine/v1/engine.ts";

const DRAWS = 400_000;

/** Mean, coefficient of variation and range of many draws. */
function momentsOf(dist: Dist) {
  const sampler = new Sampler(dist, new Random(1, "test", "draws"));
  let sum = 0;
  let squares = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < DRAWS; i++) {
    const value = sampler.draw();
    sum += value;
    squares += value * value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const mean = sum / DRAWS;
  return { mean, cv: Math.sqrt(squares / DRAWS - mean * mean) / mean, least, most, told: sampler.meanMs };
}

describe("a distribution", () => {
  const cases: [string, Dist["kind"], number, number][] = [
    ["exponential", { $case: "exponentialMeanMs", value: 5 }, 5, 1],
    ["lognormal", { $case: "lognormal", value: { meanMs: 5, cv: 0.8 } }, 5, 0.8],
    ["gamma of a shape above one", { $case: "gamma", value: { meanMs: 5, cv: 0.5 } }, 5, 0.5],
    ["gamma of a shape below one", { $case: "gamma", value: { meanMs: 5, cv: 1.6 } }, 5, 1.6],
    ["hyperexponential", { $case: "hyperexponential", value: { meanMs: 5, cv: 2 } }, 5, 2],
    ["uniform", { $case: "uniform", value: { minMs: 2, maxMs: 8 } }, 5, Math.sqrt(3) / 5],
    // alpha 5: mean 5/4 of the least, variance 5/(16 x 3) of its square.
    ["pareto", { $case: "pareto", value: { minMs: 4, alpha: 5, capMs: 0 } }, 5, Math.sqrt(5 / 48) / 1.25],
    [
      "empirical",
      { $case: "empirical", value: { p: [0, 0.5, 1], ms: [0, 4, 12] } },
      5,
      Math.sqrt(37.3333 - 25) / 5,
    ],
  ];

  it.each(cases)("%s has the mean and the spread that it says", (_, kind, mean, cv) => {
    const found = momentsOf({ kind });
    expect(found.told).toBeCloseTo(mean, 9);
    expect(Math.abs(found.mean / mean - 1)).toBeLessThan(0.01);
    expect(Math.abs(found.cv / cv - 1)).toBeLessThan(0.02);
  });

  it("constant draws one value, and none at all is zero", () => {
    expect(new Sampler({ kind: { $case: "constantMs", value: 3 } }, new Random(1, "a", "b")).draw()).toBe(3);
    expect(new Sampler(undefined, new Random(1, "a", "b")).draw()).toBe(0);
  });

  it.each([0.7, 1, 2.5])(
    "pareto of alpha %f stays below its cap, and has the mean of the cut tail",
    (alpha) => {
      const found = momentsOf({ kind: { $case: "pareto", value: { minMs: 2, alpha, capMs: 200 } } });
      expect(found.least).toBeGreaterThanOrEqual(2);
      expect(found.most).toBeLessThanOrEqual(200.0001);
      expect(Math.abs(found.mean / found.told - 1)).toBeLessThan(0.01);
    },
  );
});

describe("a random stream", () => {
  it("depends on seed, component and purpose, each", () => {
    const first = (seed: number, component: string, purpose: string) =>
      new Random(seed, component, purpose).unit();
    const all = [
      first(1, "a", "x"),
      first(2, "a", "x"),
      first(1, "b", "x"),
      first(1, "a", "y"),
      first(1, "ax", ""),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(first(1, "a", "x")).toBe(all[0]);
  });

  it("is uniform over sixteen parts (chi-square, 15 degrees of freedom)", () => {
    const random = new Random(3, "component", "purpose");
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < DRAWS; i++) {
      const part = random.below(16);
      counts[part] = (counts[part] ?? 0) + 1;
    }
    const expected = DRAWS / 16;
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // The 0.1 % and 99.9 % points.
    expect(chi).toBeLessThan(37.7);
    expect(chi).toBeGreaterThan(3.48);
  });
});
