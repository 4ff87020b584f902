import { describe, expect, it } from "vitest";
import { MAX_PROBLEMS } from "../../src/core/design/limits.ts";
import { type Json, marks, problems, sample, valid } from "./sample.ts";

const client = { id: "users", type: "client" };
const entry = { id: "users>api", source: "users", target: "api" };

function withApi(data: Json): Json {
  return sample({ nodes: [client, { id: "api", type: "service", data }], edges: [entry] });
}

function withEdge(data: Json, parts: Json = {}): Json {
  return sample({ edges: [entry, { id: "api>db", source: "api", target: "db", data }], ...parts });
}

describe("the shape of a design", () => {
  it("accepts the sample", () => {
    expect(valid(sample()).nodes).toHaveLength(3);
  });

  it("refuses what is no object", () => {
    for (const input of [undefined, null, 7, "x", [], true])
      expect(problems(input)[0]?.code).toBe("E-SCHEMA");
  });

  it("refuses fields that it does not know, and says which and where", () => {
    const [found] = problems(withApi({ concurency: 4 }));
    expect(found).toMatchObject({ code: "E-SCHEMA", path: "nodes[1].data", severity: "error" });
    expect(found?.message).toContain('"concurency"');
  });

  it("says which types of nodes there are", () => {
    const [found] = problems(sample({ nodes: [client, { id: "api", type: "servise" }] }));
    expect(found).toMatchObject({ code: "E-SCHEMA", path: "nodes[1].type" });
    expect(found?.message).toContain('"service"');
  });

  it("tells a missing field from a wrong one", () => {
    expect(problems(sample({ name: undefined }))[0]?.message).toMatch(/^Add this field/);
    expect(problems(sample({ name: 5 }))[0]?.message).toMatch(/^Give a string here, not a number/);
  });

  it("finds several problems at once", () => {
    expect(marks(problems(sample({ id: "../x", revision: -1, name: "" })))).toEqual([
      "E-SCHEMA id",
      "E-RANGE revision",
      "E-SCHEMA name",
    ]);
  });

  it("keeps what a canvas adds, and documentation", () => {
    const node = {
      ...client,
      position: { x: 1, y: 2 },
      selected: true,
      dragging: false,
      measured: { width: 9, height: 9 },
    };
    const document = sample({ source: { repo: "a/b", files: ["x"] }, viewport: { x: 0, y: 0, zoom: 1 } });
    expect(
      valid({ ...document, nodes: [node, ...(document.nodes as unknown[]).slice(1)] }).source?.repo,
    ).toBe("a/b");
  });

  it("refuses a field named __proto__ wherever it stands", () => {
    const document = JSON.parse(
      JSON.stringify(sample()).replace('"revision":1', '"revision":1,"__proto__":{"x":1}'),
    );
    expect(marks(problems(document))).toEqual(["E-SCHEMA "]);
  });
});

describe("numbers", () => {
  it.each([
    [{ concurrency: 0 }, "concurrency"],
    [{ concurrency: 1.5 }, "concurrency"],
    [{ errorRatio: 1.01 }, "errorRatio"],
    [{ queueCapacity: -1 }, "queueCapacity"],
    [{ serviceTime: -1 }, "serviceTime"],
    [{ serviceTime: Number.NaN }, "serviceTime"],
    [{ serviceTime: Number.POSITIVE_INFINITY }, "serviceTime"],
    [{ serviceTime: { dist: "exponential", meanMs: -3 } }, "serviceTime.meanMs"],
    [{ replicas: 1e9 }, "replicas"],
  ])("outside their range are E-RANGE: %j", (data, field) => {
    expect(marks(problems(withApi(data)))).toEqual([`E-RANGE nodes[1].data.${field}`]);
  });

  it("of a rate below 0 are E-RANGE", () => {
    const workload = { id: "w", source: "users", type: "trace", stepMs: 1000, perSec: [10, -1] };
    expect(marks(problems(sample({ workloads: [workload] })))).toEqual(["E-RANGE workloads[0].perSec[1]"]);
  });

  it("that contradict each other are refused", () => {
    expect(marks(problems(withApi({ autoscale: { min: 3, max: 2 } })))).toEqual([
      "E-RANGE nodes[1].data.autoscale.max",
    ]);
    expect(marks(problems(sample({ run: { durationMs: 10, warmupMs: 10 } })))).toEqual([
      "E-RANGE run.warmupMs",
    ]);
  });

  it("that would have no effect are refused", () => {
    expect(marks(problems(withApi({ cores: 2, concurrency: 2 })))).toEqual(["E-SCHEMA nodes[1].data.cores"]);
    expect(marks(problems(withApi({ concurrency: "unlimited", queueCapacity: 5 })))).toEqual([
      "E-SCHEMA nodes[1].data.queueCapacity",
    ]);
    expect(marks(problems(withApi({ mtbfMs: 5 })))).toEqual(["E-SCHEMA nodes[1].data.mtbfMs"]);
    expect(marks(problems(withEdge({ maxPending: 5 })))).toEqual(["E-SCHEMA edges[1].data.maxPending"]);
  });
});

describe("distributions", () => {
  it.each([
    [{ dist: "lognormal", meanMs: 5, cv: 0 }, "cv"],
    [{ dist: "gamma", meanMs: 5, cv: -1 }, "cv"],
    [{ dist: "hyperexponential", meanMs: 5, cv: 1 }, "cv"],
    [{ dist: "uniform", minMs: 5, maxMs: 4 }, "maxMs"],
    [{ dist: "pareto", minMs: 1, alpha: 1 }, "alpha"],
    [{ dist: "pareto", minMs: 5, alpha: 2, capMs: 5 }, "capMs"],
    [{ dist: "empirical", p: [0, 0.5, 0.5, 1], ms: [1, 2, 3, 4] }, "p"],
    [{ dist: "empirical", p: [0, 1], ms: [2, 1] }, "ms"],
    [{ dist: "empirical", p: [0, 0.9], ms: [1, 2] }, "p"],
  ])("that are none are E-DIST: %j", (serviceTime, field) => {
    expect(marks(problems(withApi({ serviceTime })))).toEqual([`E-DIST nodes[1].data.serviceTime.${field}`]);
  });

  it.each([
    5,
    { dist: "constant", ms: 0 },
    { dist: "pareto", minMs: 1, alpha: 0.5, capMs: 100 },
    { dist: "empirical", p: [0, 0.5, 1], ms: [1, 1, 9] },
  ])("accepts %j", (serviceTime) => {
    expect(valid(withApi({ serviceTime })).nodes[1]?.data).toMatchObject({ serviceTime });
  });

  it("says which distributions there are", () => {
    const [found] = problems(withApi({ serviceTime: { dist: "normal", meanMs: 5 } }));
    expect(found?.path).toBe("nodes[1].data.serviceTime.dist");
    expect(found?.message).toContain('"exponential"');
  });
});

describe("steps", () => {
  const steps = (...list: Json[]) => withApi({ operations: { default: { steps: list } } });

  it("are exactly one of work, call and oneOf", () => {
    const found = problems(steps({ work: 1, call: "a" }, {}));
    expect(marks(found)).toEqual([
      "E-SCHEMA nodes[1].data.operations.default.steps[0]",
      "E-SCHEMA nodes[1].data.operations.default.steps[1]",
    ]);
  });

  it("call edges that begin at their node", () => {
    const document = sample();
    const nodes = document.nodes as Json[];
    const operations = { buy: { steps: [{ call: ["api>db", "users>api"] }] } };
    expect(
      marks(problems({ ...document, nodes: [nodes[0], { ...nodes[1], data: { operations } }, nodes[2]] })),
    ).toEqual(['E-REF nodes[1].data.operations["buy"].steps[0].call[1]']);
  });
});

describe("ids", () => {
  it("are taken once among nodes and edges", () => {
    const document = sample({ edges: [{ ...entry, id: "api" }] });
    expect(marks(problems(document))).toEqual(["E-ID-DUP edges[0].id"]);
  });

  it("of a design are file names", () => {
    for (const id of ["../etc", "a/b", "", ".x", "a b", "x".repeat(129)])
      expect(marks(problems(sample({ id })))).toEqual(["E-SCHEMA id"]);
  });
});

describe("edges", () => {
  const joined = (source: Json, target: Json, data: Json = {}) =>
    sample({
      nodes: [client, { id: "api", type: "service" }, source, target],
      edges: [entry, { id: "e", source: source.id, target: target.id, data }],
    });

  it("end at nodes that are there", () => {
    expect(
      marks(problems(sample({ edges: [entry, { id: "e", source: "api", target: "nowhere" }] }))),
    ).toEqual(["E-EDGE-END edges[1].target"]);
  });

  it.each([
    ["service", "client", {}, "target"],
    ["service", "note", {}, "target"],
    ["zone", "service", {}, "source"],
    ["client", "service", { interaction: "async" }, "data.interaction"],
    ["queue", "worker", { interaction: "sync" }, "data.interaction"],
    ["client", "service", { probability: 0.5 }, "data.probability"],
    ["queue", "worker", { callsPerRequest: 2 }, "data.callsPerRequest"],
  ])("from a %s to a %s with %j are E-TYPE-EDGE", (source, target, data, field) => {
    expect(marks(problems(joined({ id: "s", type: source }, { id: "t", type: target }, data)))).toEqual([
      `E-TYPE-EDGE edges[1].${field}`,
    ]);
  });

  it("wait for the miss of a cache only", () => {
    expect(marks(problems(withEdge({ onMissOf: "users>api" })))).toEqual(["E-ONMISS edges[1].data.onMissOf"]);
  });

  it("name a zone of the design as parent", () => {
    const nodes = [client, { id: "api", type: "service", parentId: "users" }];
    expect(marks(problems(sample({ nodes, edges: [entry] })))).toEqual(["E-REF nodes[1].parentId"]);
  });

  it("lie in zones that do not lie in themselves", () => {
    const zones = [
      { id: "a", type: "zone", parentId: "b" },
      { id: "b", type: "zone", parentId: "a" },
    ];
    const nodes = [client, { id: "api", type: "service" }, ...zones];
    expect(marks(problems(sample({ nodes, edges: [entry] })))).toEqual([
      "E-REF nodes[2].parentId",
      "E-REF nodes[3].parentId",
    ]);
  });
});

describe("workloads", () => {
  it("are needed", () => {
    expect(marks(problems(sample({ workloads: [] })))).toEqual(["E-NO-ENTRY workloads"]);
  });

  it("begin at a client with an edge", () => {
    const from = (source: string) =>
      sample({ workloads: [{ id: "w", source, type: "open", startPerSec: 1 }] });
    expect(marks(problems(from("api")))).toEqual(["E-NO-ENTRY workloads[0].source"]);
    expect(marks(problems({ ...from("users"), edges: [] }))).toEqual(["E-NO-ENTRY workloads[0].source"]);
  });

  it("name the edge where the client has several", () => {
    const edges = [entry, { id: "users>db", source: "users", target: "db" }];
    const workload = { id: "w", source: "users", type: "open", startPerSec: 1 };
    expect(marks(problems(sample({ edges, workloads: [workload] })))).toEqual([
      "E-NO-ENTRY workloads[0].edge",
    ]);
    expect(valid(sample({ edges, workloads: [{ ...workload, edge: "users>db" }] })).workloads).toHaveLength(
      1,
    );
  });

  it("share by weights that add up to something", () => {
    const workload = {
      id: "w",
      source: "users",
      type: "open",
      startPerSec: 1,
      mix: [{ operation: "a", weight: 0 }],
    };
    expect(marks(problems(sample({ workloads: [workload] })))).toEqual(["E-WEIGHTS workloads[0].mix"]);
  });
});

describe("faults", () => {
  const withFault = (fault: Json) =>
    sample({ faults: [{ id: "f", atMs: 10, ...fault }], run: { durationMs: 1000 } });

  it.each([
    [{ kind: "kill", target: "users" }],
    [{ kind: "kill", target: "nowhere" }],
    [{ kind: "latency", target: "api", amount: 5 }],
    [{ kind: "cache-flush", target: "db" }],
    [{ kind: "traffic", target: "api", amount: 2 }],
  ])("aim at what they can act on: %j", (fault) => {
    expect(marks(problems(withFault(fault)))).toEqual(["E-FAULT-TARGET faults[0].target"]);
  });

  it("begin before the end of the run", () => {
    expect(marks(problems(withFault({ kind: "kill", target: "db", atMs: 1000 })))).toEqual([
      "E-FAULT-TIME faults[0].atMs",
    ]);
  });

  it("need the other zone where they part two", () => {
    const nodes = [...(sample().nodes as Json[]), { id: "eu", type: "zone" }];
    const document = { ...withFault({ kind: "partition", target: "eu" }), nodes };
    expect(marks(problems(document))).toEqual(["E-FAULT-TARGET faults[0].otherTarget"]);
  });
});

describe("a document that is too large", () => {
  it("is refused by its number of nodes", () => {
    const nodes = Array.from({ length: 5_001 }, (_, n) => ({ id: `n${n}`, type: "note" }));
    expect(marks(problems(sample({ nodes })))).toEqual(["E-LIMITS nodes"]);
  });

  it("is refused by its number of stations", () => {
    const nodes = [
      client,
      { id: "api", type: "service" },
      ...Array.from({ length: 2_000 }, (_, n) => ({ id: `n${n}`, type: "service" })),
    ];
    expect(marks(problems(sample({ nodes, edges: [entry] })))).toEqual(["E-LIMITS nodes"]);
  });

  it("is refused by its values, before they are checked one by one", () => {
    expect(marks(problems(sample({ junk: Array.from({ length: 500_000 }, () => null) })))).toEqual([
      "E-LIMITS ",
    ]);
  });

  it("is refused by its depth, without recursion", () => {
    let deep: unknown = 1;
    for (let n = 0; n < 100_000; n += 1) deep = [deep];
    expect(marks(problems(sample({ junk: deep })))).toEqual(["E-LIMITS "]);
  });

  it("gives a bounded number of problems, and says that there are more", () => {
    const edges = Array.from({ length: 500 }, (_, n) => ({ id: `e${n}`, source: "a", target: "b" }));
    const found = problems(sample({ edges }));
    expect(found).toHaveLength(MAX_PROBLEMS);
    expect(found.at(-1)?.message).toContain("952 more");
  });

  it("never has long values repeated in messages", () => {
    const long = "x".repeat(10_000);
    for (const document of [
      sample({ [long]: 1 }),
      withApi({ operations: { [long]: 1 } }),
      sample({ edges: [{ ...entry, target: long }] }),
    ])
      for (const { message, path } of problems(document))
        expect(message.length + path.length).toBeLessThan(500);
  });
});
