import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram, QUANTILE_ERROR_RATIO } from "../../../src/engine/model/metrics/histogram.ts";

const filled = (values: readonly number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
};
const times = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 });

describe("a histogram", () => {
  it("gives each quantile to within its error", () => {
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.9, 0.95, 0.99), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(q * values.length) - 1)] ?? 0;
        const error = Math.abs(filled(values).quantile(q) - exact) / exact;
        expect(error).toBeLessThanOrEqual(QUANTILE_ERROR_RATIO);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("of two added is the histogram of both; taken away again, it is the one", () => {
    fc.assert(
      fc.property(times, times, (one, two) => {
        const sum = filled(one);
        sum.add(filled(two), 1);
        const both = filled([...one, ...two]);
        expect({ ...sum.quantiles(), meanMs: 0 }).toEqual({ ...both.quantiles(), meanMs: 0 });
        expect(sum.count).toBe(both.count);
        sum.add(filled(two), -1);
        expect(sum.count).toBe(one.length);
        const median = filled(one).quantile(0.5);
        expect(Math.abs(sum.quantile(0.5) - median) / median).toBeLessThanOrEqual(QUANTILE_ERROR_RATIO);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it("of nothing is zeros, also after it was cleared", () => {
    const zeros = { p50Ms: 0, p90Ms: 0, p95Ms: 0, p99Ms: 0, maxMs: 0, meanMs: 0 };
    const histogram = new Histogram();
    expect(histogram.quantiles()).toEqual(zeros);
    histogram.record(7);
    histogram.clear();
    expect(histogram.quantiles()).toEqual(zeros);
  });

  it("holds zero and the longest times", () => {
    expect(filled([0, 0, 0]).quantiles().p99Ms).toBe(0);
    expect(filled([1e15]).quantiles().maxMs).toBe(1e15);
    expect(Number.isFinite(filled([1e15]).quantile(0.99))).toBe(true);
  });
});
