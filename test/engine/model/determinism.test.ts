// The numbered events are a function of the config, the seed and the faults: on every machine and Node version.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  Balance,
  Discipline,
  Event,
  Fault,
  type Report,
  type SimulationConfig,
} from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  calls,
  closed,
  config,
  constant,
  endless,
  exponential,
  link,
  oneOf,
  operation,
  poisson,
  station,
  work,
} from "./configs.ts";
import { reportOf, run } from "./replications.ts";

const digestOf = (events: Event[]) => {
  const digest = createHash("sha256");
  for (const event of events) digest.update(Event.encode(event).finish());
  return digest.digest("hex");
};

/** A shop with something of everything that the engine models. */
function shop(seed: number): SimulationConfig {
  const retry = {
    maxRetries: 2,
    baseMs: 5,
    factor: 2,
    maxMs: 50,
    jitterRatio: 1,
    onTimeout: true,
    onError: true,
    onReject: true,
    budgetRatio: 0.2,
  };
  const meanCv = (kind: "lognormal" | "gamma" | "hyperexponential", meanMs: number, cv: number) =>
    work({ kind: { $case: kind, value: { meanMs, cv } } });
  const made = config(
    {
      stations: [
        station(
          "lb",
          [work(constant(0.2)), oneOf(Balance.BALANCE_POWER_OF_TWO, call("lb>a"), call("lb>b"))],
          {
            slots: 64,
          },
        ),
        station("a", [], {
          replicas: 2,
          slots: 8,
          balance: Balance.BALANCE_LEAST_REQUEST,
          queueUnbounded: false,
          queueCapacity: 16,
          operations: [
            operation([
              meanCv("lognormal", 2, 1.5),
              calls(call("a>cache", { optional: true }), call("a>stock")),
            ]),
            operation([work(exponential(1)), calls(call("a>db", { count: 1.5 }))], { name: "buy" }),
          ],
        }),
        station("b", [meanCv("gamma", 3, 0.7), calls(call("b>db", { probability: 0.5 }), call("b>mail"))], {
          replicas: 3,
          slots: 4,
          balance: Balance.BALANCE_RANDOM,
          discipline: Discipline.DISCIPLINE_PRIORITY,
        }),
        station("cache", [work(constant(0.3)), calls(call("cache>db", { onlyOnOwnMiss: true }))], {
          slots: 16,
          cache: { hitRatio: 0.8, warmMs: 2_000 },
        }),
        station("stock", [work({ kind: { $case: "uniform", value: { minMs: 1, maxMs: 3 } } })], {
          slots: 4,
          discipline: Discipline.DISCIPLINE_LIFO,
        }),
        station("db", [meanCv("hyperexponential", 2, 2)], {
          replicas: 2,
          slots: 4,
          balance: Balance.BALANCE_CENTRAL_QUEUE,
          operations: [operation([meanCv("hyperexponential", 2, 2)], { errorRatio: 0.01 })],
        }),
        endless("mail", [
          work({ kind: { $case: "pareto", value: { minMs: 5, alpha: 1.5, capMs: 500 } } }),
          work({ kind: { $case: "empirical", value: { p: [0, 0.5, 1], ms: [1, 2, 9] } } }),
        ]),
      ],
      links: [
        link("users", "lb", { latency: exponential(1), timeoutMs: 200, retry }),
        link("crowd", "lb", { latency: constant(5) }),
        link("lb", "a", { timeoutMs: 80, retry }),
        link("lb", "b", { timeoutMs: 80, cancelOnTimeout: true }),
        link("a", "cache", { timeoutMs: 10 }),
        link("a", "stock", { maxInFlight: 6, maxPending: 20 }),
        link("a", "db", { latency: constant(0.25), lossRatio: 0.01, timeoutMs: 40, retry }),
        link("b", "db", {
          latency: constant(0.25),
          bandwidthMbps: 100,
          requestBytes: 300,
          responseBytes: 9_000,
        }),
        link("b", "mail", { async: true }),
        link("cache", "db"),
      ],
      sources: [
        poisson(0, "lb", {
          mix: [
            { operation: "", weight: 4 },
            { operation: "buy", weight: 1 },
          ],
          priority: 1,
          kind: {
            $case: "open",
            value: {
              process: "poisson",
              startPerSec: 100,
              burstiness: 0,
              stages: [
                { durationMs: 5_000, target: 900 },
                { durationMs: 5_000, target: 200 },
              ],
            },
          },
        }),
        closed(20, exponential(100), "lb", { id: "crowd", targetLink: "crowd>lb" }),
      ],
    },
    12_000,
    { seed, sampleIntervalMs: 500, warmupMs: 1_250 },
  );
  const faults = [
    { id: "f1", kind: "kill", target: "db", atMs: 3_000, durationMs: 500, replicas: 1 },
    { id: "f2", kind: "slow", target: "stock", atMs: 6_000, durationMs: 1_000, amount: 3 },
    { id: "f3", kind: "traffic", target: "users", atMs: 8_000, durationMs: 1_000, amount: 1.5 },
    { id: "f4", kind: "pause", target: "cache", atMs: 9_500, durationMs: 250 },
  ];
  return { ...made, faults: faults.map((fault) => Fault.fromPartial(fault)) };
}

describe("a fixed config and seed", () => {
  it("makes the events that it made when this was written, byte for byte", () => {
    const events = run(shop(42));
    expect(events.length).toBeGreaterThan(30);
    expect(digestOf(events)).toBe("0aaec9fd846f69ea3ca2323f92e9ef81055b21e611988ea381563d46e53ce3fe");
  });

  it("makes the same events again, and others with another seed", () => {
    expect(digestOf(run(shop(7)))).toBe(digestOf(run(shop(7))));
    expect(digestOf(run(shop(7)))).not.toBe(digestOf(run(shop(8))));
  });
});

describe("random numbers", () => {
  it("of one component do not change with another's: what is offered and asked stays the same", () => {
    const plain = shop(42);
    const edited = shop(42);
    const stock = edited.stations.find(({ id }) => id === "stock");
    if (stock !== undefined) stock.operations = [operation([work(exponential(1)), work(exponential(0.5))])];
    const offered = (made: SimulationConfig) =>
      run(made).flatMap(({ payload }) => (payload?.$case === "sample" ? [payload.value.offeredPerSec] : []));
    const open = (made: SimulationConfig) => ({
      ...made,
      sources: made.sources.slice(0, 1),
      links: made.links.filter((made) => made.from !== "crowd"),
    });
    expect(offered(open(edited))).toEqual(offered(open(plain)));
    const mails = (report: Report) => report.links.find(({ id }) => id === "users>lb")?.calls;
    expect(mails(reportOf(open(edited)))).toBe(mails(reportOf(open(plain))));
  });
});
