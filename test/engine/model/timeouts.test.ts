// Timeouts, retries and what they waste: the real semantics, in which the callee of a call given up works on.
import { describe, expect, it } from "vitest";
import type { Link, Report, Retry } from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  calls,
  config,
  constant,
  endless,
  exponential,
  link,
  operation,
  poisson,
  station,
  work,
} from "./configs.ts";
import { expectExact, replicate, reportOf } from "./replications.ts";

const retry = (maxRetries: number, more: Partial<Retry> = {}): Retry => ({
  maxRetries,
  baseMs: 0,
  factor: 1,
  maxMs: 0,
  jitterRatio: 0,
  onTimeout: true,
  onError: true,
  onReject: true,
  budgetRatio: 0,
  ...more,
});

/** Users over one link with these properties to a station that works exponentially, 100 ms on average. */
const patient = (more: Partial<Link>, seed = 1, horizonMs = 50_000) =>
  config(
    {
      stations: [endless("callee", [work(exponential(100))])],
      links: [link("users", "callee", more)],
      sources: [poisson(500, "callee")],
    },
    horizonMs,
    { seed, warmupMs: 1_000 },
  );

describe("a timeout of one mean", () => {
  it("with two retries lets 1 - e⁻³ of the requests succeed, with e⁻¹ + e⁻² retries each", () => {
    const make = (seed: number) => patient({ timeoutMs: 100, retry: retry(2) }, seed);
    const found = replicate(6, make, (report) => ({
      ok: report.ok / report.requests,
      retries: (report.links[0]?.retries ?? 0) / report.requests,
      timeouts: (report.links[0]?.timeouts ?? 0) / report.requests,
      wasted: report.wastedWorkMs / report.requests,
    }));
    const e = Math.exp(-1);
    expectExact(found.ok, 1 - e * e * e);
    expectExact(found.retries, e + e * e);
    expectExact(found.timeouts, e + e * e + e * e * e);
    // An attempt given up has worked 100 ms, and 100 ms more are to come on average.
    expectExact(found.wasted, 200 * (e + e * e + e * e * e));
  });

  it("that nothing can meet makes exactly three timeouts, two retries and no success", () => {
    const report = reportOf(
      config(
        {
          stations: [endless("callee", [work(constant(150))])],
          links: [link("users", "callee", { timeoutMs: 100, retry: retry(2) })],
          sources: [poisson(0.5, "callee")],
        },
        1_000_000,
      ),
    );
    const made = report.links[0];
    expect(report.ok).toBe(0);
    expect(made?.timeouts).toBe(3 * report.requests);
    expect(made?.retries).toBe(2 * report.requests);
    expect(made?.failures).toBe(report.requests);
    expect(report.wastedWorkMs).toBeCloseTo(450 * report.requests, 3);
  });

  it("at infinity is none", () => {
    const without = reportOf(patient({ timeoutMs: 0 }));
    const late = reportOf(patient({ timeoutMs: 1e9 }));
    expect({ ...late, assumptions: [], events: 0 }).toEqual({ ...without, assumptions: [], events: 0 });
  });

  it("that cancels ends the callee's work with it", () => {
    const kept = reportOf(patient({ timeoutMs: 100 }));
    const cancelled = reportOf(patient({ timeoutMs: 100, cancelOnTimeout: true }));
    const e = Math.exp(-1);
    expect(kept.wastedWorkMs / kept.requests / (200 * e)).toBeCloseTo(1, 1);
    expect(cancelled.wastedWorkMs / cancelled.requests / (100 * e)).toBeCloseTo(1, 1);
    expect(cancelled.ok / cancelled.requests).toBeCloseTo(1 - e, 2);
  });

  it("that cancels takes waiting requests out of the queue", () => {
    const make = (cancelOnTimeout: boolean) =>
      config(
        {
          stations: [station("callee", [work(constant(100))])],
          links: [link("users", "callee", { timeoutMs: 300, cancelOnTimeout })],
          sources: [poisson(20, "callee")],
        },
        200_000,
        { warmupMs: 10_000 },
      );
    const kept = reportOf(make(false));
    const cancelled = reportOf(make(true));
    expect(kept.ok / kept.requests).toBeLessThan(0.01);
    expect(cancelled.ok / cancelled.requests).toBeGreaterThan(0.15);
    expect(cancelled.stations[0]?.meanQueue?.mean).toBeLessThan(8);
  });
});

describe("a retry", () => {
  it("waits min(max, base x factor^k) before try k", () => {
    const waiting = retry(4, { baseMs: 10, factor: 3, maxMs: 50 });
    const report = reportOf(
      config(
        {
          stations: [endless("front", [calls(call("front>callee", { optional: true }))]), broken()],
          links: [link("users", "front"), link("front", "callee", { retry: waiting })],
          sources: [poisson(10, "front")],
        },
        100_000,
      ),
    );
    // Five tries of 1 ms with waits of 10, 30, 50 and 50 ms between them.
    expect(report.latency?.maxMs).toBeCloseTo(145, 6);
    expect(report.latency?.meanMs).toBeCloseTo(145, 6);
  });

  it("with full jitter waits half of that on average", () => {
    const waiting = retry(1, { baseMs: 100, maxMs: 100, jitterRatio: 1 });
    const report = reportOf(
      config(
        {
          stations: [endless("front", [calls(call("front>callee", { optional: true }))]), broken()],
          links: [link("users", "front"), link("front", "callee", { retry: waiting })],
          sources: [poisson(100, "front")],
        },
        200_000,
      ),
    );
    expect(report.latency?.meanMs).toBeGreaterThan(51.5);
    expect(report.latency?.meanMs).toBeLessThan(52.5);
    expect(report.latency?.maxMs).toBeLessThanOrEqual(102);
  });

  it("is made only for the reasons it is meant for", () => {
    const rejecting = station("callee", [work(constant(1_000))], { queueUnbounded: false });
    const make = (more: Partial<Retry>, callee = broken()) =>
      config(
        {
          stations: [callee],
          links: [link("users", "callee", { retry: retry(3, more) })],
          sources: [poisson(50, "callee")],
        },
        20_000,
      );
    expect(reportOf(make({ onError: false })).links[0]?.retries).toBe(0);
    expect(reportOf(make({ onReject: false })).links[0]?.retries).toBeGreaterThan(0);
    expect(reportOf(make({ onReject: false }, rejecting)).links[0]?.retries).toBe(0);
    expect(reportOf(make({ onError: false }, rejecting)).links[0]?.retries).toBeGreaterThan(0);
  });

  it("keeps to its budget", () => {
    const report = reportOf(
      config(
        {
          stations: [broken()],
          links: [link("users", "callee", { retry: retry(3, { budgetRatio: 0.2 }) })],
          sources: [poisson(500, "callee")],
        },
        20_000,
      ),
    );
    const { retries = 0, calls: made = 0 } = report.links[0] ?? {};
    expect(retries / made).toBeLessThanOrEqual(0.2);
    expect(retries / made).toBeGreaterThan(0.19);
  });
});

describe("loss", () => {
  it("either way costs a caller its timeout", () => {
    const make = (seed: number) =>
      config(
        {
          stations: [endless("callee", [work(constant(10))])],
          links: [link("users", "callee", { lossRatio: 0.1, timeoutMs: 100 })],
          sources: [poisson(1_000, "callee")],
        },
        100_000,
        { seed },
      );
    const found = replicate(4, make, (report) => ({
      ok: report.ok / report.requests,
      timeouts: (report.links[0]?.timeouts ?? 0) / report.requests,
    }));
    expectExact(found.ok, 0.81);
    expectExact(found.timeouts, 0.19);
  });
});

describe("a bulkhead", () => {
  it("is a queue in front of its link: M/M/2 with places for ten more", () => {
    const inLink = (seed: number) =>
      config(
        {
          stations: [
            endless("front", [calls(call("front>callee"))]),
            endless("callee", [work(exponential(1_000))]),
          ],
          links: [link("users", "front"), link("front", "callee", { maxInFlight: 2, maxPending: 10 })],
          sources: [poisson(2, "front")],
        },
        60_000_000,
        { seed },
      );
    const found = replicate(6, inLink, (report) => ({
      lost: report.errors / report.requests,
      busy: (report.latency?.meanMs ?? 0) / 1_000,
    }));
    // Birth and death with equal rates from one on: p0 = 1 / (1 + 2 + 2 x 11), each later state twice p0.
    expectExact(found.lost, 2 / (1 + 2 * 12), 0.01);
    expectExact(found.busy, (2 * (12 * 13)) / 2 / 25 / (2 * (1 - 2 / 25)));
  });
});

describe("a retry storm", () => {
  /** Four slots, S = 1 s, timeout 3 s, utilization 0.75 without retries. */
  const storm = (maxRetries: number) => (seed: number) =>
    config(
      {
        stations: [station("callee", [work(exponential(1_000))], { slots: 4 })],
        links: [link("users", "callee", { timeoutMs: 3_000, retry: retry(maxRetries) })],
        sources: [poisson(3, "callee")],
      },
      20_000_000,
      { seed, warmupMs: 2_000_000 },
    );
  const ok = (report: Report) => ({
    ok: report.ok / report.requests,
    tries: (report.links[0]?.attempts ?? 0) / (report.links[0]?.calls ?? 1),
  });

  it("does not break out without retries: 87 % succeed", () => {
    const found = replicate(4, storm(0), ok);
    expect(found.ok.mean).toBeGreaterThan(0.866);
    expect(found.ok.mean).toBeLessThan(0.876);
  });

  it("with two retries leaves next to none, at three tries a request", () => {
    const found = replicate(2, storm(2), ok);
    expect(found.ok.mean).toBeLessThan(0.005);
    expect(found.tries.mean).toBeGreaterThan(2.98);
    expect(found.tries.mean).toBeLessThanOrEqual(3.001);
  });
});

/** Works for 1 ms and fails. */
function broken() {
  return endless("callee", [], { operations: [operation([work(constant(1))], { errorRatio: 1 })] });
}
