import { describe, expect, it } from "vitest";
import { type Json, sample } from "../designs/sample.ts";
import { fan, link, refusals, source, station, steps, translated } from "./translated.ts";

const a = { id: "a", type: "service" };
const b = { id: "b", type: "service" };
const cache = { id: "cache", type: "cache" };

describe("a node without operations", () => {
  it("works, then calls its edges in the order of the document, then those it does not wait for", () => {
    const made = translated(fan([a, b, cache], (id) => (id === "a" ? { interaction: "async" } : {})));
    expect(steps(made, "api")).toEqual(["work", ["to-b"], ["to-cache"], ["to-a"]]);
  });

  it("calls all at once where told so, but first the cache whose miss another call waits for", () => {
    const data = (id: string) => (id === "b" ? { onMissOf: "to-cache" } : {});
    const made = translated(fan([b, a, cache], data, { callMode: "parallel" }));
    expect(steps(made, "api")).toEqual(["work", ["to-a", "to-cache"], ["to-b"]]);
  });

  it("hands on what an edge says of a call", () => {
    const data = { probability: 0.5, callsPerRequest: 1.5, optional: true, operation: "x" };
    expect(station(translated(fan([a], () => data)), "api").operations[0]?.steps[1]?.kind?.value).toEqual({
      calls: [
        {
          link: "to-a",
          operation: "x",
          probability: 0.5,
          count: 1.5,
          onlyOnMissOf: "",
          optional: true,
          onlyOnOwnMiss: false,
        },
      ],
    });
  });
});

describe("a node with operations", () => {
  const api = {
    errorRatio: 0.2,
    operations: {
      buy: {
        steps: [
          { work: 3 },
          { call: ["to-a", { edge: "to-b", probability: 0.1 }] },
          { oneOf: ["to-a", "to-b"], policy: "round-robin" },
        ],
        errorRatio: 0.1,
      },
    },
  };

  it("does what they say, and has a default beside them", () => {
    const made = translated(fan([a, b], () => ({}), api));
    expect(station(made, "api").operations.map(({ name, errorRatio }) => [name, errorRatio])).toEqual([
      ["buy", 0.1],
      ["default", 0.2],
    ]);
    expect(steps(made, "api", "buy")).toEqual(["work", ["to-a", "to-b"], ["to-a", "to-b"]]);
    expect(steps(made, "api")).toEqual(["work", ["to-a"], ["to-b"]]);
  });

  it("lists its default's work as assumed only where a request asks for it", () => {
    const workload = { id: "load", source: "users", type: "open", startPerSec: 1 };
    const assumed = (mix: Json[]) =>
      translated({ ...fan([a, b], () => ({}), api), workloads: [{ ...workload, mix }] }).assumptions.map(
        ({ path }) => path,
      );
    expect(assumed([{ operation: "buy", weight: 1 }])).not.toContain("nodes[1].data.serviceTime");
    expect(assumed([{ operation: "look", weight: 1 }])).toContain("nodes[1].data.serviceTime");
  });
});

describe("a call that waits for a miss", () => {
  it("comes after the call to the cache, or the design is refused", () => {
    expect(refusals(fan([b, cache], (id) => (id === "b" ? { onMissOf: "to-cache" } : {})))).toEqual([
      "E-ONMISS nodes[1]",
    ]);
  });

  it("names the link to the cache", () => {
    const made = translated(fan([cache, b], (id) => (id === "b" ? { onMissOf: "to-cache" } : {})));
    expect(station(made, "api").operations[0]?.steps[2]?.kind?.value).toMatchObject({
      calls: [{ link: "to-b", onlyOnMissOf: "to-cache" }],
    });
  });
});

describe("links", () => {
  const to = (data: Json) => link(translated(fan([a], () => data)), "to-a");

  it("take documented defaults", () => {
    expect(to({ retry: { maxRetries: 2 }, circuitBreaker: {}, maxInFlight: 5 })).toEqual({
      id: "to-a",
      from: "api",
      to: "a",
      async: false,
      latency: { kind: { $case: "constantMs", value: 0.25 } },
      lossRatio: 0,
      bandwidthMbps: 0,
      requestBytes: 0,
      responseBytes: 0,
      timeoutMs: 15_000,
      retry: {
        maxRetries: 2,
        baseMs: 25,
        factor: 2,
        maxMs: 250,
        jitterRatio: 1,
        onTimeout: true,
        onError: true,
        onReject: true,
        budgetRatio: 0,
      },
      breaker: { failureRatio: 0.5, minRequests: 20, windowMs: 10_000, openMs: 30_000, halfOpenProbes: 3 },
      maxInFlight: 5,
      maxPending: 1_024,
      weight: 1,
      cancelOnTimeout: false,
    });
  });

  it("have no latency, retry or timeout where the design says none", () => {
    const none = to({ latency: 0, timeoutMs: 0, retry: { maxRetries: 0 } });
    expect(none).toMatchObject({ timeoutMs: 0 });
    expect(none).not.toHaveProperty("latency");
    expect(none).not.toHaveProperty("retry");
  });

  it("never have a longest wait below the first", () => {
    expect(to({ retry: { maxRetries: 1, baseMs: 500 } }).retry).toMatchObject({ baseMs: 500, maxMs: 500 });
  });

  it("do not wait where the edge is async", () => {
    expect(to({ interaction: "async" })).toMatchObject({ async: true, timeoutMs: 0 });
  });

  it.each([
    [undefined, undefined, 0.25],
    ["eu1", "eu1", 0.25],
    ["eu1", "eu2", 1],
    ["eu1", undefined, 1],
    ["eu1", "eu3", 15],
    ["eu1", "us1", 45],
    ["us1", "ap1", 75],
  ])("from zone %s to zone %s take %d ms when nobody says", (from, to, ms) => {
    const zone = (id: string, region: string) => ({ id, type: "zone", data: { region } });
    const placed = (id: string, parentId: string | undefined) => ({
      id,
      type: "service",
      ...(parentId === undefined ? {} : { parentId }),
    });
    const nodes = [
      { id: "users", type: "client" },
      zone("eu1", "eu-west-1"),
      zone("eu2", "eu-west-1"),
      zone("eu3", "eu-north-1"),
      zone("us1", "us-east-1"),
      zone("ap1", "ap-south-1"),
      placed("api", from),
      placed("db", to),
    ];
    expect(link(translated(sample({ nodes })), "api>db").latency).toEqual({
      kind: { $case: "constantMs", value: ms },
    });
  });
});

describe("sources", () => {
  const load = (workload: Json) =>
    translated(sample({ workloads: [{ id: "w", source: "users", ...workload }] }));

  it("are named as their client, over the link named as its edge", () => {
    expect(source(load({ type: "open", startPerSec: 5 }), "users")).toEqual({
      id: "users",
      targetLink: "users>api",
      mix: [{ operation: "default", weight: 1 }],
      kind: { $case: "open", value: { process: "poisson", startPerSec: 5, stages: [], burstiness: 0 } },
      priority: 0,
    });
  });

  it("change over stages, unless no stage changes anything", () => {
    const kind = (targetPerSec: number) =>
      source(load({ type: "open", startPerSec: 5, stages: [{ durationMs: 10, targetPerSec }] }), "users").kind
        ?.value;
    expect(kind(9)).toMatchObject({ stages: [{ durationMs: 10, target: 9 }] });
    expect(kind(5)).toMatchObject({ stages: [] });
  });

  it("burst by a two-state process", () => {
    expect(
      source(load({ type: "open", startPerSec: 5, arrival: "mmpp", burstiness: 4 }), "users").kind?.value,
    ).toMatchObject({ process: "mmpp2", burstiness: 4 });
  });

  it("of users think between requests", () => {
    const made = load({
      type: "closed",
      users: 3,
      thinkTime: 9,
      stages: [{ durationMs: 5, targetUsers: 6 }],
    });
    expect(source(made, "users").kind).toEqual({
      $case: "closed",
      value: {
        startUsers: 3,
        users: [{ durationMs: 5, target: 6 }],
        think: { kind: { $case: "constantMs", value: 9 } },
      },
    });
  });

  it("replay a trace", () => {
    expect(source(load({ type: "trace", stepMs: 100, perSec: [1, 2], repeat: true }), "users").kind).toEqual({
      $case: "trace",
      value: { stepMs: 100, perSec: [1, 2], repeat: true },
    });
  });

  it("never send what has weight 0", () => {
    const mix = [
      { operation: "a", weight: 0 },
      { operation: "b", weight: 2 },
    ];
    expect(source(load({ type: "open", startPerSec: 5, mix }), "users").mix).toEqual([
      { operation: "b", weight: 2 },
    ]);
  });

  it("are one for each workload of a client, each over a link of its own", () => {
    const one = { source: "users", type: "open", startPerSec: 5 };
    const fault = { id: "f", kind: "traffic", target: "users", atMs: 5, amount: 2 };
    const cut = { id: "g", kind: "loss", target: "users>api", atMs: 4, amount: 1 };
    const made = translated(
      sample({
        workloads: [
          { id: "x", ...one },
          { id: "y", ...one },
        ],
        faults: [fault, cut],
      }),
    );
    expect(made.config.sources.map(({ id, targetLink }) => [id, targetLink])).toEqual([
      ["users@x", "users>api@x"],
      ["users@y", "users>api@y"],
    ]);
    expect(link(made, "users>api@x")).toMatchObject({ from: "users@x", to: "api" });
    expect(made.config.faults.map(({ id, target }) => [id, target])).toEqual([
      ["g@x", "users>api@x"],
      ["g@y", "users>api@y"],
      ["f@x", "users@x"],
      ["f@y", "users@y"],
    ]);
    expect(made.assumptions.filter(({ path }) => path === "edges[0].data.timeoutMs")).toHaveLength(1);
  });
});

describe("faults", () => {
  it("keep their target, time and amount", () => {
    const faults = [
      { id: "k", kind: "kill", target: "db", atMs: 500, durationMs: 100, replicas: 2 },
      { id: "all", kind: "kill", target: "api", atMs: 400, replicas: "all" },
      { id: "s", kind: "slow", target: "db", atMs: 300, amount: 3 },
    ];
    expect(translated(sample({ faults })).config.faults).toEqual([
      {
        id: "s",
        kind: "slow",
        target: "db",
        atMs: 300,
        durationMs: 0,
        amount: 3,
        replicas: 0,
        otherTarget: "",
      },
      {
        id: "all",
        kind: "kill",
        target: "api",
        atMs: 400,
        durationMs: 0,
        amount: 0,
        replicas: 0,
        otherTarget: "",
      },
      {
        id: "k",
        kind: "kill",
        target: "db",
        atMs: 500,
        durationMs: 100,
        amount: 0,
        replicas: 2,
        otherTarget: "",
      },
    ]);
  });

  it("after the end of a shortened run are left out, with a warning", () => {
    const document = sample({
      faults: [{ id: "k", kind: "kill", target: "db", atMs: 5_000 }],
      run: { durationMs: 10_000 },
    });
    const made = translated(document, 5_000);
    expect(made.config.faults).toEqual([]);
    expect(made.warnings).toContainEqual(
      expect.objectContaining({ code: "W-FAULT-SKIPPED", path: "faults[0].atMs" }),
    );
  });
});

describe("the run", () => {
  it("takes seed and duration from whoever starts it", () => {
    const document = sample({
      run: { durationMs: 60_000, warmupMs: 20_000, seed: 1, sampleIntervalMs: 500 },
    });
    expect(translated(document, 30_000).config.control).toMatchObject({
      horizonMs: 30_000,
      warmupMs: 20_000,
      seed: 7,
      sampleIntervalMs: 500,
    });
  });

  it("never warms up longer than it lasts", () => {
    expect(
      translated(sample({ run: { durationMs: 60_000, warmupMs: 20_000 } }), 10_000).config.control,
    ).toMatchObject({ warmupMs: 1_000 });
  });

  it("has a bounded number of samples when nobody says", () => {
    expect(translated(sample(), 36_000_000).config.control).toMatchObject({
      sampleIntervalMs: 20_000,
      warmupMs: 30_000,
    });
  });
});
