// How requests find their replica, and calls their link.
import { describe, expect, it } from "vitest";
import { Balance } from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  closed,
  config,
  constant,
  endless,
  exponential,
  link,
  oneOf,
  poisson,
  station,
  work,
} from "./configs.ts";
import { expectExact, replicate, reportOf } from "./replications.ts";

const S = 1_000;

describe("balance", () => {
  const four = (balance: Balance) => (seed: number) =>
    config(
      {
        stations: [station("s", [work(exponential(S))], { replicas: 4, balance })],
        links: [link("users", "s")],
        sources: [poisson(3.2, "s")],
      },
      62_000 * S,
      { seed, warmupMs: 2_000 * S },
    );
  const estimate = (balance: Balance, seeds: number) =>
    replicate(seeds, four(balance), (report) => ({ W: (report.latency?.meanMs ?? 0) / S })).W;

  it("by chance over four replicas is four M/M/1", () => {
    expectExact(estimate(Balance.BALANCE_RANDOM, 16), 5, 0.006);
  });

  it("in turn over four replicas is GI/M/1 with Erlang-4 gaps", () => {
    expectExact(estimate(Balance.BALANCE_ROUND_ROBIN, 14), 3.26738);
  });

  it("to the least loaded, and the less loaded of two, lies between the central queue and chance", () => {
    const least = estimate(Balance.BALANCE_LEAST_REQUEST, 5);
    const two = estimate(Balance.BALANCE_POWER_OF_TWO, 5);
    expect(least.standardError / least.mean).toBeLessThan(0.01);
    expect(two.standardError / two.mean).toBeLessThan(0.01);
    expect(least.mean).toBeGreaterThan(1.745541);
    expect(least.mean).toBeLessThan(2);
    expect(two.mean).toBeGreaterThan(least.mean);
    expect(two.mean).toBeLessThan(2.6);
  });

  it("by hash keeps each user at one replica", () => {
    const users = 40;
    const report = reportOf(
      config(
        {
          stations: [
            station("s", [work(constant(1))], { replicas: 8, slots: users, balance: Balance.BALANCE_HASH }),
          ],
          links: [link("users", "s")],
          sources: [closed(users, exponential(10), "s")],
        },
        10_000,
      ),
    );
    expect(report.ok).toBeGreaterThan(30_000);
    expect(report.stations[0]?.meanWaitMs?.mean).toBe(0);
  });

  it.each([
    [Balance.BALANCE_ROUND_ROBIN, [1 / 3, 1 / 3, 1 / 3]],
    [Balance.BALANCE_RANDOM, [1 / 7, 2 / 7, 4 / 7]],
    [Balance.BALANCE_LEAST_REQUEST, [1 / 3, 1 / 3, 1 / 3]],
    [Balance.BALANCE_POWER_OF_TWO, [1 / 3, 1 / 3, 1 / 3]],
    [Balance.BALANCE_HASH, [1 / 3, 1 / 3, 1 / 3]],
  ])("%i chooses one of three links in these parts: %j", (balance, parts) => {
    const to = ["a", "b", "c"];
    const report = reportOf(
      config(
        {
          stations: [
            endless("lb", [oneOf(balance, ...to.map((id) => call(`lb>${id}`)))]),
            ...to.map((id) => endless(id, [work(exponential(10))])),
          ],
          links: [link("users", "lb"), ...to.map((id, i) => link("lb", id, { weight: 2 ** i }))],
          sources: [poisson(1_000, "lb")],
        },
        50_000,
      ),
    );
    for (const [i, part] of parts.entries()) {
      expect((report.links[i + 1]?.calls ?? 0) / report.requests).toBeCloseTo(part, 2);
    }
  });
});
