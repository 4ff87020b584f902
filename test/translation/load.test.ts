import { describe, expect, it } from "vitest";
import { type Json, sample } from "../designs/sample.ts";
import { fan, refusals, translated } from "./translated.ts";

function loadOf(document: Json, station: string) {
  return translated(document).offered.find((load) => load.station === station);
}

function warnings(document: Json): string[] {
  return translated(document).warnings.map(({ code, path }) => `${code} ${path}`);
}

const exact = { latency: 0, timeoutMs: 0 };

describe("offered load", () => {
  // λ₁ = 10 + 0.5 λ₂, λ₂ = λ₁: a Jackson network of two stations with feedback.
  it("solves the traffic equations of a network with feedback", () => {
    const document = sample({
      nodes: [
        { id: "users", type: "client" },
        { id: "a", type: "service", data: { serviceTime: 1 } },
        { id: "b", type: "service", data: { serviceTime: 1 } },
      ],
      edges: [
        { id: "in", source: "users", target: "a" },
        { id: "ab", source: "a", target: "b" },
        { id: "ba", source: "b", target: "a", data: { probability: 0.5 } },
      ],
      workloads: [{ id: "w", source: "users", type: "open", startPerSec: 10 }],
    });
    expect(loadOf(document, "a")?.perSec).toBeCloseTo(20, 6);
    expect(loadOf(document, "b")?.perSec).toBeCloseTo(20, 6);
  });

  it("follows operations, counts, probabilities, misses and choices", () => {
    const targets = ["cache", "db", "x", "y"].map((id) => ({
      id,
      type: id === "cache" ? "cache" : "service",
      data: id === "cache" ? { hitRatio: 0.9 } : {},
    }));
    const api = {
      operations: {
        read: { steps: [{ call: "to-cache" }, { call: [{ edge: "to-db", onMissOf: "to-cache" }] }] },
        write: {
          steps: [
            { call: [{ edge: "to-db", callsPerRequest: 2.5, probability: 0.5 }] },
            { oneOf: ["to-x", "to-y"] },
          ],
        },
      },
    };
    const mix = [
      { operation: "read", weight: 3 },
      { operation: "write", weight: 1 },
    ];
    const weights = (id: string) => (id === "x" ? { weight: 3 } : {});
    const document = {
      ...fan(targets, weights, api),
      workloads: [{ id: "w", source: "users", type: "open", startPerSec: 400, mix }],
    };
    expect(loadOf(document, "cache")?.perSec).toBeCloseTo(300, 9);
    expect(loadOf(document, "db")?.perSec).toBeCloseTo(30 + 125, 9);
    expect(loadOf(document, "x")?.perSec).toBeCloseTo(75, 9);
    expect(loadOf(document, "y")?.perSec).toBeCloseTo(25, 9);
  });

  it("counts the time that a slot waits for its calls", () => {
    const document = fan(
      [{ id: "db", type: "database", data: { serviceTime: 20 } }],
      () => ({ ...exact, latency: 1 }),
      { serviceTime: 3, concurrency: 2 },
    );
    // 3 ms of work, 1 ms there, 20 ms of the callee, 1 ms back.
    expect(loadOf(document, "api")).toMatchObject({ holdingMs: 25, utilization: (100 * 0.025) / 2 });
  });

  it("takes the longest of parallel calls, and no time of async ones", () => {
    const slow = { id: "slow", type: "service", data: { serviceTime: 50 } };
    const quick = { id: "quick", type: "service", data: { serviceTime: 10 } };
    expect(
      loadOf(
        fan([slow, quick], () => exact, { serviceTime: 0, callMode: "parallel" }),
        "api",
      )?.holdingMs,
    ).toBeCloseTo(50, 9);
    const async = (id: string) => (id === "slow" ? { interaction: "async", latency: 0 } : exact);
    expect(loadOf(fan([slow, quick], async, { serviceTime: 0 }), "api")?.holdingMs).toBeCloseTo(10, 9);
  });

  it("is what users can send who wait for answers: N / (Z + R)", () => {
    const workloads = [{ id: "w", source: "users", type: "closed", users: 10, thinkTime: 993 }];
    const document = { ...fan([], () => ({}), { serviceTime: 7 }), workloads };
    expect(loadOf(document, "api")?.perSec).toBeCloseTo(10, 9);
  });

  it("is that of the highest stage", () => {
    const stages = [
      { durationMs: 1_000, targetPerSec: 300 },
      { durationMs: 1_000, targetPerSec: 20 },
    ];
    expect(
      loadOf(
        sample({ workloads: [{ id: "w", source: "users", type: "open", startPerSec: 1, stages }] }),
        "api",
      )?.perSec,
    ).toBe(300);
  });
});

describe("designs that would not end", () => {
  const loop = (data: Json) =>
    sample({
      edges: [
        { id: "in", source: "users", target: "api" },
        { id: "ab", source: "api", target: "db" },
        { id: "ba", source: "db", target: "api", data },
      ],
    });

  it("are refused for a cycle that every request goes round", () => {
    expect(refusals(loop({}))).toEqual(["E-SYNC-CYCLE edges[1]"]);
    expect(refusals(loop({ interaction: "async" }))).toEqual(["E-SYNC-CYCLE edges[1]"]);
  });

  it("are refused for too many calls per request", () => {
    expect(refusals(loop({ probability: 0.99999 }))).toEqual(["E-CALLS edges"]);
    expect(refusals(loop({ probability: 0.9, callsPerRequest: 1.2 }))).toEqual(["E-CALLS edges"]);
  });

  it("are refused for more events than a run may have", () => {
    const workloads = [{ id: "w", source: "users", type: "open", startPerSec: 1_000_000 }];
    expect(refusals(sample({ workloads, run: { durationMs: 3_600_000 } }))).toEqual(["E-LIMITS run"]);
    expect(refusals(sample({ run: { maxEvents: 100 } }))).toEqual(["E-LIMITS run"]);
  });

  it("are refused for more samples than a run may have", () => {
    expect(refusals(sample({ run: { durationMs: 86_400_000, sampleIntervalMs: 10 } }))).toEqual([
      "E-LIMITS run.sampleIntervalMs",
    ]);
  });

  it("are accepted where the cycle ends", () => {
    expect(translated(loop({ probability: 0.5 })).config.links).toHaveLength(3);
  });

  it("are followed without recursion, however long the chain", () => {
    const nodes = Array.from({ length: 2_000 }, (_, n) => ({
      id: `n${n}`,
      type: "service",
      data: { serviceTime: 0.001 },
    }));
    const edges = nodes.slice(1).map(({ id }, n) => ({ id: `e${n}`, source: `n${n}`, target: id }));
    const document = sample({
      nodes: [{ id: "users", type: "client" }, ...nodes],
      edges: [{ id: "in", source: "users", target: "n0" }, ...edges],
      run: { durationMs: 1_000 },
    });
    expect(translated(document).config.stations).toHaveLength(2_000);
  });
});

describe("warnings", () => {
  const quiet = { concurrency: 1_000, serviceTime: 1, queueCapacity: 1_024 };

  it("name a node that is offered more than it can carry, and what it could", () => {
    const document = fan([], () => ({}), { concurrency: 1, serviceTime: 20 });
    const [first] = translated(document).warnings;
    expect(first).toMatchObject({ code: "W-SATURATED", path: "nodes[1]" });
    expect(first?.message).toContain("about 50 requests/s");
  });

  it("name retries that can multiply the load", () => {
    const chain = (maxRetries: number) =>
      fan([{ id: "a", type: "service", data: quiet }], () => ({ retry: { maxRetries } }), quiet);
    expect(warnings(chain(10))).toContain("W-RETRY-AMPLIFY nodes[2]");
    expect(warnings(chain(2))).not.toContain("W-RETRY-AMPLIFY nodes[2]");
  });

  it("name retries that tip a busy node over, unless a budget holds them", () => {
    const busy = { id: "a", type: "service", data: { concurrency: 4, serviceTime: 30 } };
    const retry = { maxRetries: 2 };
    expect(warnings(fan([busy], () => ({ retry }), quiet))).toContain("W-RETRY-AMPLIFY nodes[2]");
    expect(warnings(fan([busy], () => ({ retry: { ...retry, budgetRatio: 0.1 } }), quiet))).not.toContain(
      "W-RETRY-AMPLIFY nodes[2]",
    );
  });

  it("name a caller that gives up before its callee's own call", () => {
    const nodes = [{ id: "b", type: "service" }];
    const document = fan(nodes, () => ({ timeoutMs: 500 }));
    const edges = document.edges as Json[];
    expect(warnings({ ...document, edges: [{ ...edges[0], data: { timeoutMs: 400 } }, edges[1]] })).toContain(
      "W-TIMEOUT-ORDER edges[0]",
    );
    expect(
      warnings({ ...document, edges: [{ ...edges[0], data: { timeoutMs: 600 } }, edges[1]] }),
    ).not.toContain("W-TIMEOUT-ORDER edges[0]");
  });

  it("name a caller with more slots than its callee takes", () => {
    const small = { id: "a", type: "service", data: { concurrency: 2, queueCapacity: 3 } };
    expect(warnings(fan([small], () => ({}), { concurrency: 6 }))).toContain("W-POOL edges[1]");
    expect(warnings(fan([small], () => ({}), { concurrency: 5 }))).not.toContain("W-POOL edges[1]");
  });

  it("name what nothing reaches", () => {
    const document = fan([{ id: "a", type: "service" }], () => ({}), {
      operations: { default: { steps: [{ work: 1 }] } },
    });
    const nodes = [
      ...(document.nodes as Json[]),
      { id: "alone", type: "cache" },
      { id: "idle", type: "client" },
    ];
    const found = warnings({ ...document, nodes });
    expect(found).toContain("W-ISOLATED nodes[3]");
    expect(found).toContain("W-ISOLATED edges[1]");
    expect(found).toContain("W-NOLOAD nodes[4]");
  });

  it("name a workload that sends nothing", () => {
    expect(
      warnings(sample({ workloads: [{ id: "w", source: "users", type: "open", startPerSec: 0 }] })),
    ).toContain("W-NOLOAD workloads[0]");
  });

  it("name a run that is too short to average over", () => {
    const busy = fan([], () => ({}), { concurrency: 1, serviceTime: 9 });
    expect(warnings(busy)).toContain("W-SHORT nodes[1]");
    expect(warnings({ ...busy, run: { durationMs: 36_000_000 } })).not.toContain("W-SHORT nodes[1]");
  });

  it("count what was assumed, each named with its number", () => {
    const { warnings: found, assumptions } = translated(sample());
    expect(found.at(-1)).toMatchObject({
      code: "W-ASSUMED",
      message: expect.stringContaining(String(assumptions.length)),
    });
    expect(assumptions).toContainEqual({
      path: "edges[1].data.timeoutMs",
      value: "15000 ms",
      text: 'timeout of edge "api>db": Envoy\'s route timeout.',
      documented: true,
    });
  });

  it("count what the design itself assumes", () => {
    const document = fan([], () => ({}), {
      concurrency: 4,
      serviceTime: { dist: "exponential", meanMs: 9 },
      assumed: ["serviceTime", "per-page calls"],
    });
    expect(
      translated(document).assumptions.filter(({ text }) => text.startsWith("The design assumes")),
    ).toEqual([
      {
        path: "nodes[1].data.serviceTime",
        value: "exponential, mean 9 ms",
        text: 'The design assumes "serviceTime" of node "api".',
        documented: false,
      },
      {
        path: "nodes[1].data",
        value: "",
        text: 'The design assumes "per-page calls" of node "api".',
        documented: false,
      },
    ]);
  });
});
