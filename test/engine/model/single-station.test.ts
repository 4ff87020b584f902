// One station against queueing theory: Kleinrock, "Queueing Systems" I (1975) for the formulae. S = 1 s throughout.
import { describe, expect, it } from "vitest";
import {
  Balance,
  Discipline,
  type Dist,
  type Report,
  type Station,
} from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  calls,
  config,
  constant,
  endless,
  exponential,
  link,
  poisson,
  station,
  work,
} from "./configs.ts";
import { expectExact, replicate } from "./replications.ts";

const S = 1_000;

/** Poisson arrivals at `rate` per service time at one station, for `lengths` service times after a warm-up. */
function single(rate: number, lengths: number, service: Dist, more: Partial<Station> = {}) {
  return (seed: number) =>
    config(
      {
        stations: [station("s", [work(service)], more)],
        links: [link("users", "s")],
        sources: [poisson((rate * 1_000) / S, "s")],
      },
      (lengths + 2_000) * S,
      { seed, warmupMs: 2_000 * S },
    );
}

const first = (report: Report) => {
  const found = report.stations[0];
  if (found === undefined) throw new Error("There is a station.");
  return found;
};
const W = (report: Report) => ({ W: (report.latency?.meanMs ?? 0) / S });
const Wq = (report: Report) => ({ Wq: (first(report).meanWaitMs?.mean ?? 0) / S });

describe("M/M/1", () => {
  it("at utilization 0.8 has the mean, the 95th and the 99th percentile of theory", () => {
    const found = replicate(64, single(0.8, 320_000, exponential(S)), (report) => ({
      W: (report.latency?.meanMs ?? 0) / S,
      p95: (report.latency?.p95Ms ?? 0) / S,
      p99: (report.latency?.p99Ms ?? 0) / S,
      Lq: first(report).meanQueue?.mean ?? 0,
      U: first(report).utilization?.mean ?? 0,
    }));
    expectExact(found.W, 5);
    expectExact(found.p95, 14.9787);
    expectExact(found.p99, 23.0259);
    expectExact(found.Lq, 3.2, 0.006);
    expectExact(found.U, 0.8);
  }, 300_000);

  it("loses 5.08 % at a queue of nine places and load 0.9", () => {
    const found = replicate(
      10,
      single(0.9, 120_000, exponential(S), { queueUnbounded: false, queueCapacity: 9 }),
      (report) => ({
        lost: first(report).rejected / report.requests,
        errors: report.errors / report.requests,
        W: (report.latency?.meanMs ?? 0) / S,
      }),
    );
    expectExact(found.lost, 0.0508137, 0.01);
    expect(found.errors.mean).toBe(found.lost.mean);
    expectExact(found.W, 4.6466);
  });

  it("served last in, first out has the same mean", () => {
    const lifo = { discipline: Discipline.DISCIPLINE_LIFO };
    expectExact(replicate(16, single(0.5, 60_000, exponential(S), lifo), W).W, 2);
  });
});

describe("M/M/4", () => {
  const four = { replicas: 4, slots: 1, balance: Balance.BALANCE_CENTRAL_QUEUE };

  it("with one central queue at utilization 0.8 waits as Erlang C says", () => {
    const found = replicate(16, single(3.2, 50_000, exponential(S), four), (report) => ({
      ...W(report),
      ...Wq(report),
      U: first(report).utilization?.mean ?? 0,
    }));
    expectExact(found.W, 1.745541);
    expectExact(found.Wq, 0.745541, 0.01);
    expectExact(found.U, 0.8);
  });

  it("is the same for one replica of four slots", () => {
    const slots = { replicas: 1, slots: 4 };
    expectExact(replicate(10, single(3.2, 60_000, exponential(S), slots), W).W, 1.745541);
  });

  it("with twelve places in all and load 5 loses 21.8 %", () => {
    const bounded = { ...four, queueUnbounded: false, queueCapacity: 8 };
    const found = replicate(8, single(5, 40_000, exponential(S), bounded), (report) => ({
      lost: first(report).rejected / report.requests,
      X: (first(report).throughputPerSec?.mean ?? 0) * (S / 1_000),
    }));
    expectExact(found.lost, 0.21823);
    expectExact(found.X, 3.90885);
  });
});

describe("Erlang's loss system", () => {
  const cases: [number, number, number, Dist][] = [
    [5, 4, 0.199067, exponential(S)],
    [10, 10, 0.214582, exponential(S)],
    [20, 25, 0.27989, exponential(S)],
    [5, 4, 0.199067, constant(S)],
  ];

  it.each(cases)(
    "with %i servers and load %i loses the part %f, whatever the service",
    (servers, load, lost, service) => {
      const loss = { replicas: 1, slots: servers, queueUnbounded: false, queueCapacity: 0 };
      const measure = (report: Report) => ({ lost: first(report).rejected / report.requests });
      expectExact(replicate(12, single(load, 60_000 / load, service, loss), measure).lost, lost);
    },
  );
});

describe("M/G/1 at utilization 0.5 waits as Pollaczek and Khinchine say", () => {
  const cases: [string, Dist, number, number?][] = [
    ["constant", constant(S), 0.5],
    ["Erlang-2", { kind: { $case: "gamma", value: { meanMs: S, cv: Math.sqrt(0.5) } } }, 0.75],
    ["gamma of cv 2", { kind: { $case: "gamma", value: { meanMs: S, cv: 2 } } }, 2.5, 160_000],
    ["uniform", { kind: { $case: "uniform", value: { minMs: S / 2, maxMs: 1.5 * S } } }, 0.541667],
    [
      "lognormal of cv² 2",
      { kind: { $case: "lognormal", value: { meanMs: S, cv: Math.SQRT2 } } },
      1.5,
      200_000,
    ],
    [
      "hyperexponential of cv 2",
      { kind: { $case: "hyperexponential", value: { meanMs: S, cv: 2 } } },
      2.5,
      460_000,
    ],
  ];

  it.each(cases)("%s", (_, service, exact, lengths = 80_000) => {
    expectExact(replicate(12, single(0.5, lengths, service), Wq).Wq, exact, 0.01);
  });
});

describe("priority", () => {
  it("lets the urgent pass the others who wait, but not the one who is served", () => {
    const found = replicate(12, twoClasses, (report) => ({
      urgent: (report.stations[1]?.residence?.meanMs ?? 0) / S,
      others: (report.stations[2]?.residence?.meanMs ?? 0) / S,
    }));
    expectExact(found.urgent, 1 + 1.333333);
    expectExact(found.others, 1 + 6.666667, 0.01);
  });
});

/** Each class goes through a station of its own, without queue or work, whose residence is the class's. */
function twoClasses(seed: number) {
  return config(
    {
      stations: [
        station("s", [work(exponential(S))], { discipline: Discipline.DISCIPLINE_PRIORITY }),
        endless("urgent", [calls(call("urgent>s"))]),
        endless("others", [calls(call("others>s"))]),
      ],
      links: [link("urgent", "s"), link("others", "s"), link("vip", "urgent"), link("crowd", "others")],
      sources: [
        poisson(0.4, "", { id: "vip", targetLink: "vip>urgent", priority: 5 }),
        poisson(0.4, "", { id: "crowd", targetLink: "crowd>others", priority: -1 }),
      ],
    },
    120_000 * S,
    { seed, warmupMs: 2_000 * S },
  );
}

describe("processor sharing", () => {
  const shared = { discipline: Discipline.DISCIPLINE_PROCESSOR_SHARING };

  const services: [string, Dist][] = [
    ["constant", constant(S)],
    ["hyperexponential of cv 2", { kind: { $case: "hyperexponential", value: { meanMs: S, cv: 2 } } }],
  ];

  it.each(services)("has the mean S / (1 - utilization) whatever the service: %s", (_, service) => {
    const found = replicate(12, single(0.5, 80_000, service, shared), (report) => ({
      W: (report.latency?.meanMs ?? 0) / S,
      U: first(report).utilization?.mean ?? 0,
    }));
    expectExact(found.W, 2, 0.01);
    expectExact(found.U, 0.5, 0.01);
  });

  it("of four cores has the mean of M/M/4 where the service is exponential", () => {
    const found = replicate(10, single(3.2, 40_000, exponential(S), { ...shared, slots: 4 }), (report) => ({
      W: (report.latency?.meanMs ?? 0) / S,
      Lq: first(report).meanQueue?.mean ?? 0,
    }));
    expectExact(found.W, 1.745541, 0.01);
    expectExact(found.Lq, 3.2 * 0.745541, 0.03);
  });
});
