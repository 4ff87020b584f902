// Call trees against queueing theory: what a caller that waits does to its slot, and what comes of many calls.
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  calls,
  closed,
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

const S = 1_000;
const W = (report: Report) => (report.latency?.meanMs ?? 0) / S;

describe("a synchronous call", () => {
  it("holds its caller's slot: the caller is an M/G/1 whose service is its own work and the callee's", () => {
    const make = (seed: number) =>
      config(
        {
          stations: [
            station("caller", [work(exponential(0.4 * S)), calls(call("caller>callee"))]),
            station("callee", [work(exponential(0.5 * S))]),
          ],
          links: [link("users", "caller"), link("caller", "callee")],
          sources: [poisson(0.9, "caller")],
        },
        152_000 * S,
        { seed, warmupMs: 2_000 * S },
      );
    const found = replicate(30, make, (report) => ({
      W: W(report),
      U: report.stations[0]?.utilization?.mean ?? 0,
      waitAtCallee: report.stations[1]?.meanWaitMs?.mean ?? 0,
    }));
    expectExact(found.W, 3.789474);
    expectExact(found.U, 0.81);
    expect(found.waitAtCallee.mean).toBe(0);
  });

  it("passes through a tandem of two stations as through two M/M/1 (Burke)", () => {
    const make = (seed: number) =>
      config(
        {
          stations: [
            endless("front", [calls(call("front>one")), calls(call("front>two"))]),
            station("one", [work(exponential(S))]),
            station("two", [work(exponential(0.8 * S))]),
          ],
          links: [link("users", "front"), link("front", "one"), link("front", "two")],
          sources: [poisson(0.7, "front")],
        },
        102_000 * S,
        { seed, warmupMs: 2_000 * S },
      );
    expectExact(replicate(10, make, (report) => ({ W: W(report) })).W, 5.151515);
  });

  it("made to two stations at once ends with the slower (fork and join: Flatto and Hahn)", () => {
    const make = (seed: number) =>
      config(
        {
          stations: [
            endless("front", [calls(call("front>one"), call("front>two"))]),
            station("one", [work(exponential(S))]),
            station("two", [work(exponential(S))]),
          ],
          links: [link("users", "front"), link("front", "one"), link("front", "two")],
          sources: [poisson(0.8, "front")],
        },
        122_000 * S,
        { seed, warmupMs: 2_000 * S },
      );
    expectExact(replicate(24, make, (report) => ({ W: W(report) })).W, 7);
  });

  it("is made floor(count) times in sequence, and once more with the rest as probability", () => {
    const report = reportOf(
      config(
        {
          stations: [
            endless("front", [calls(call("front>back", { count: 2.25, probability: 0.5 }))]),
            endless("back", [work(constant(10))]),
          ],
          links: [link("users", "front"), link("front", "back")],
          sources: [poisson(1_000, "front")],
        },
        100_000,
      ),
    );
    const made = (report.links[1]?.calls ?? 0) / report.requests;
    expect(made).toBeCloseTo(1.125, 1);
    expect(report.latency?.meanMs).toBeCloseTo(11.25, 0);
    expect(report.latency?.maxMs).toBeCloseTo(30, 6);
  });

  it("takes its link's latency each way, and the time of its bytes", () => {
    const report = reportOf(
      config(
        {
          stations: [endless("far", [work(constant(10))])],
          links: [
            link("users", "far", {
              latency: constant(3),
              bandwidthMbps: 8,
              requestBytes: 1_000,
              responseBytes: 5_000,
            }),
          ],
          sources: [poisson(100, "far")],
        },
        10_000,
      ),
    );
    expect(report.latency?.maxMs).toBeCloseTo(10 + 3 + 1 + 3 + 5, 6);
    expect(report.latency?.meanMs).toBeCloseTo(22, 6);
    expect(report.stations[0]?.residence?.meanMs).toBeCloseTo(10, 6);
  });

  it("that fails fails its caller, unless it is optional", () => {
    const make = (optional: boolean) =>
      config(
        {
          stations: [
            endless("front", [calls(call("front>back", { optional })), work(constant(5))]),
            endless("back", [], { operations: [operation([work(constant(1))], { errorRatio: 1 })] }),
          ],
          links: [link("users", "front"), link("front", "back")],
          sources: [poisson(100, "front")],
        },
        10_000,
      );
    const failed = reportOf(make(false));
    expect(failed.ok).toBe(0);
    expect(failed.errors).toBeGreaterThan(900);
    expect(failed.stations[0]?.residence?.maxMs).toBeCloseTo(1, 6);
    const passed = reportOf(make(true));
    expect(passed.errors).toBe(0);
    expect(passed.latency?.meanMs).toBeCloseTo(6, 6);
    expect(passed.links[1]?.failures).toBe(passed.links[1]?.calls);
  });
});

describe("an async call", () => {
  it("does not keep its caller waiting, and its failure is not seen", () => {
    const report = reportOf(
      config(
        {
          stations: [
            endless("front", [calls(call("front>back")), work(constant(2))]),
            endless("back", [], { operations: [operation([work(constant(500))], { errorRatio: 1 })] }),
          ],
          links: [link("users", "front"), link("front", "back", { async: true })],
          sources: [poisson(100, "front")],
        },
        10_000,
      ),
    );
    expect(report.errors).toBe(0);
    expect(report.latency?.maxMs).toBeCloseTo(2, 6);
    expect(report.links[1]?.failures).toBeGreaterThan(900);
  });
});

describe("a cache", () => {
  it("read through passes on what it misses", () => {
    const make = (seed: number) =>
      config(
        {
          stations: [
            endless(
              "cache",
              [work(constant(1)), calls(call("cache>db", { onlyOnOwnMiss: true })), work(constant(4))],
              { cache: { hitRatio: 0.9, warmMs: 0 } },
            ),
            endless("db", [work(constant(20))]),
          ],
          links: [link("users", "cache"), link("cache", "db")],
          sources: [poisson(1_000, "cache")],
        },
        200_000,
        { seed },
      );
    const found = replicate(4, make, (report) => ({
      missed: (report.links[1]?.calls ?? 0) / report.requests,
      hits: report.stations[0]?.hitRatio ?? 0,
      latency: report.latency?.meanMs ?? 0,
    }));
    expectExact(found.missed, 0.1, 0.01);
    expectExact(found.hits, 0.9);
    // A hit answers after the work before the first call for misses.
    expectExact(found.latency, 0.9 * 1 + 0.1 * 25, 0.01);
  });

  it("beside a database sends its caller there only when it missed, or failed", () => {
    const make = (errorRatio: number) =>
      config(
        {
          stations: [
            endless("api", [
              calls(call("api>cache", { optional: true })),
              calls(call("api>db", { onlyOnMissOf: "api>cache" })),
            ]),
            endless("cache", [], {
              operations: [operation([work(constant(1))], { errorRatio })],
              cache: { hitRatio: 0.75, warmMs: 0 },
            }),
            endless("db", [work(constant(20))]),
          ],
          links: [link("users", "api"), link("api", "cache"), link("api", "db")],
          sources: [poisson(1_000, "api")],
        },
        200_000,
      );
    const sound = reportOf(make(0));
    expect((sound.links[2]?.calls ?? 0) / sound.requests).toBeCloseTo(0.25, 2);
    const broken = reportOf(make(1));
    expect((broken.links[2]?.calls ?? 0) / broken.requests).toBeCloseTo(1, 3);
    expect(broken.errors).toBe(0);
  });

  it("that warms up hits half as often on average while it does", () => {
    const report = reportOf(
      config(
        {
          stations: [endless("cache", [work(constant(1))], { cache: { hitRatio: 0.8, warmMs: 100_000 } })],
          links: [link("users", "cache")],
          sources: [poisson(1_000, "cache")],
        },
        100_000,
      ),
    );
    expect(report.stations[0]?.hitRatio).toBeCloseTo(0.4, 2);
  });
});

describe("closed users", () => {
  // Mean value analysis of a terminal system: Z = 1 s, two stations of 20 and 30 ms.
  it.each([
    [1, 0.952381, 50],
    [30, 26.189279, 145.507],
    [100, 33.333333, 2_000],
  ])("%i of them have the throughput and the answer time of mean value analysis", (users, X, R) => {
    const make = (seed: number) =>
      config(
        {
          stations: [
            endless("front", [calls(call("front>app")), calls(call("front>db"))]),
            station("app", [work(exponential(20))]),
            station("db", [work(exponential(30))]),
          ],
          links: [link("users", "front"), link("front", "app"), link("front", "db")],
          sources: [closed(users, exponential(1_000), "front")],
        },
        users === 1 ? 6_000_000 : 2_400_000,
        { seed, warmupMs: 20_000 },
      );
    const found = replicate(8, make, (report) => ({
      X: report.throughputPerSec?.mean ?? 0,
      R: report.latency?.meanMs ?? 0,
    }));
    expectExact(found.X, X);
    expectExact(found.R, R);
  });
});
