import { describe, expect, it } from "vitest";
import { Balance, Discipline } from "../../src/gen/architech/engine/v1/engine.ts";
import { type Json, sample } from "../designs/sample.ts";
import { fan, station, steps, translated } from "./translated.ts";

function node(type: string, data: Json = {}): Json {
  return { id: "it", type, data };
}

function only(type: string, data: Json = {}) {
  return station(translated(fan([node(type, data)])), "it");
}

describe("capacity", () => {
  it("is replicas × slots behind a bounded queue", () => {
    expect(only("service", { replicas: 3, concurrency: 16, queueCapacity: 5 })).toMatchObject({
      replicas: 3,
      slots: 16,
      queueCapacity: 5,
      queueUnbounded: false,
      discipline: Discipline.DISCIPLINE_FIFO,
      balance: Balance.BALANCE_ROUND_ROBIN,
    });
  });

  it("of cores is shared by all requests", () => {
    expect(only("service", { cores: 2 })).toMatchObject({
      slots: 2,
      discipline: Discipline.DISCIPLINE_PROCESSOR_SHARING,
    });
  });

  it("has no bound for somebody else's system, unless it is given", () => {
    expect(only("external")).toMatchObject({
      discipline: Discipline.DISCIPLINE_INFINITE,
      queueUnbounded: true,
    });
    expect(only("external", { concurrency: 4 })).toMatchObject({
      slots: 4,
      discipline: Discipline.DISCIPLINE_FIFO,
    });
    expect(only("service", { concurrency: "unlimited" }).discipline).toBe(Discipline.DISCIPLINE_INFINITE);
  });

  it("of an unbounded queue is unbounded", () => {
    expect(only("service", { queueCapacity: "unbounded" })).toMatchObject({
      queueUnbounded: true,
      queueCapacity: 0,
    });
  });

  it("of a function scales by cold starts, and is at once there where it is always warm", () => {
    expect(only("function")).toMatchObject({ slots: 1, autoscale: { min: 0, max: 1_000, upDelayMs: 300 } });
    expect(only("function", { startupMs: 0 }).discipline).toBe(Discipline.DISCIPLINE_INFINITE);
    expect(only("function", { startupMs: 0, maxInstances: 7 })).toMatchObject({ slots: 7, queueCapacity: 0 });
  });

  it("scales between min and max by the defaults of Kubernetes", () => {
    expect(only("service", { autoscale: { min: 2, max: 10 } })).toMatchObject({
      replicas: 2,
      autoscale: { min: 2, max: 10, intervalMs: 15_000, tolerance: 0.1, downStabilizationMs: 300_000 },
    });
  });
});

describe("types of nodes", () => {
  it("of a cache hit or miss, and read through to what lies behind", () => {
    const document = fan([node("cache", { hitRatio: 0.8, warmMs: 500 }), { id: "db", type: "database" }]);
    const edges = [...(document.edges as Json[]).slice(0, 2), { id: "behind", source: "it", target: "db" }];
    const made = translated({ ...document, edges });
    expect(station(made, "it").cache).toEqual({ hitRatio: 0.8, warmMs: 500 });
    expect(station(made, "it").operations[0]?.steps[1]?.kind?.value).toMatchObject({
      calls: [{ link: "behind", onlyOnOwnMiss: true }],
    });
  });

  it("of a queue keep messages, and their edges are consumer groups", () => {
    const document = fan([
      node("queue", { maxDepth: 10, overflow: "block", redeliveryMs: 50 }),
      { id: "w", type: "worker" },
    ]);
    const edges = [...(document.edges as Json[]).slice(0, 2), { id: "group", source: "it", target: "w" }];
    const made = translated({ ...document, edges });
    expect(station(made, "it").broker).toEqual({
      partitions: 1,
      maxDepth: 10,
      overflow: "block",
      redeliveryMs: 50,
      maxDeliveries: 5,
      deadLetter: "",
    });
    expect(steps(made, "it")).toEqual(["work"]);
    expect(made.config.links.find(({ id }) => id === "group")).toMatchObject({
      from: "it",
      to: "w",
      async: true,
      timeoutMs: 0,
    });
  });

  it("of a zone and a note are no stations, but the zone is where its nodes are", () => {
    const nodes = [
      { id: "users", type: "client" },
      { id: "eu", type: "zone" },
      { id: "rack", type: "zone", parentId: "eu" },
      { id: "api", type: "service", parentId: "rack" },
      { id: "db", type: "database" },
      { id: "hello", type: "note", data: { text: "x" } },
    ];
    const { config } = translated(sample({ nodes }));
    expect(config.zones).toEqual(["eu", "rack"]);
    expect(config.stations.map(({ id, zone }) => [id, zone])).toEqual([
      ["api", "rack"],
      ["db", ""],
    ]);
  });
});

describe("a load balancer", () => {
  const behind = (targets: number, lb: Json, target: Json = {}) => {
    const nodes = Array.from({ length: targets }, (_, n) => ({ id: `s${n}`, type: "service", data: target }));
    return translated(
      sample({
        nodes: [{ id: "users", type: "client" }, { id: "lb", type: "load-balancer", data: lb }, ...nodes],
        edges: [
          { id: "in", source: "users", target: "lb" },
          ...nodes.map(({ id }) => ({ id: `lb>${id}`, source: "lb", target: id })),
        ],
      }),
    );
  };

  it("chooses one of its edges for each request, by its policy", () => {
    const made = behind(3, { policy: "power-of-two" });
    expect(station(made, "lb").operations[0]?.steps[1]).toMatchObject({
      kind: {
        $case: "oneOf",
        value: {
          balance: Balance.BALANCE_POWER_OF_TWO,
          calls: [{ link: "lb>s0" }, { link: "lb>s1" }, { link: "lb>s2" }],
        },
      },
    });
  });

  it("hands its policy on to the replicas of its only target", () => {
    const made = behind(1, { policy: "least-request" }, { replicas: 3 });
    expect(steps(made, "lb")).toEqual(["work", ["lb>s0"]]);
    expect(station(made, "s0").balance).toBe(Balance.BALANCE_LEAST_REQUEST);
  });

  it("leaves a target its own balance", () => {
    const made = behind(1, { policy: "least-request" }, { replicas: 3, balance: "random" });
    expect(station(made, "s0").balance).toBe(Balance.BALANCE_RANDOM);
  });
});

describe("an API gateway", () => {
  const routes = (...edges: Json[]) =>
    translated(
      sample({
        nodes: [
          { id: "users", type: "client" },
          { id: "gw", type: "api-gateway", data: { rateLimit: { perSec: 50 } } },
          { id: "a", type: "service" },
          { id: "b", type: "service" },
        ],
        edges: [
          { id: "in", source: "users", target: "gw" },
          ...edges.map((data, n) => ({ id: `e${n}`, source: "gw", target: n === 0 ? "a" : "b", data })),
        ],
      }),
    );

  it("routes an operation over the edges that name it, and others over the rest", () => {
    const made = routes({ operations: ["buy"] }, {});
    expect(steps(made, "gw", "buy")).toEqual(["work", ["e0"]]);
    expect(steps(made, "gw")).toEqual(["work", ["e1"]]);
  });

  it("answers what no edge routes with an error", () => {
    const made = routes({ operations: ["buy"] }, { operations: ["browse"] });
    expect(station(made, "gw").operations.find(({ name }) => name === "default")).toMatchObject({
      errorRatio: 1,
    });
    expect(steps(made, "gw")).toEqual(["work"]);
  });

  it("shares by weight, and sends nothing over a weight of 0", () => {
    const made = routes({ weight: 3 }, { weight: 0 });
    expect(steps(made, "gw")).toEqual(["work", ["e0"]]);
    expect(station(routes({ weight: 3 }, { weight: 1 }), "gw").operations[0]?.steps[1]?.kind).toMatchObject({
      $case: "oneOf",
      value: { balance: Balance.BALANCE_RANDOM },
    });
  });

  it("limits the rate, with a second's worth at once", () => {
    expect(station(routes({}, {}), "gw").rateLimit).toEqual({ perSec: 50, burst: 50 });
  });
});
