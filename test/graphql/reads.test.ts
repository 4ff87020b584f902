// Queries over a real database.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewEvent } from "../../src/core/events.ts";
import type { DesignSource } from "../../src/core/ports/designs.ts";
import type { SimulationReport } from "../../src/core/ports/store.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { developmentViewer, type Viewer } from "../../src/core/viewer.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { created, draft, log, nextProject, sample } from "../postgres/drafts.ts";
import { type Api, startApi } from "../server/api.ts";
import { operation } from "../support/http.ts";
import { identityBy } from "../support/identities.ts";
import { serverDatabase, type TestDatabase } from "../support/postgres.ts";

let home: TestDatabase;
let database: OpenDatabase;
let api: Api;
let viewer: Viewer = developmentViewer;
let asked: string[][] = [];
beforeAll(async () => {
  home = await serverDatabase();
  database = await home.open();
  api = await startApi({ reads: database.store, designs, identity: identityBy(() => viewer) });
});
afterAll(async () => {
  await api.close();
  await database.close();
  await home.drop();
});

/** A Design Service with one design, one that is broken, and one that it cannot reach. */
const designs: DesignSource = {
  fetch: () => Promise.reject(new Error("Designs are fetched in batches.")),
  fetchMany: async (ids) => {
    asked.push([...ids]);
    return ids.map((id) => {
      if (id === "good")
        return { kind: "found", design: { id, revision: 3, name: "Good", document: { nodes: [] } } };
      if (id === "broken") return { kind: "invalid", problems: [] };
      return id === "far" ? { kind: "unavailable", reason: "No route." } : { kind: "not-found" };
    });
  },
  list: async ({ first, after = "" }) => {
    const ids = ["a", "b", "c"].filter((id) => id > after);
    const listed = ids
      .slice(0, first)
      .map((id) => ({ id, revision: 1, name: id.toUpperCase(), document: {} }));
    return { kind: "listed", designs: listed, hasMore: ids.length > first };
  },
  close: async () => {},
};

async function read(query: string, variables = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await operation(api.url, query, variables);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data ?? {};
}

async function append(simulation: Simulation, events: NewEvent[]): Promise<void> {
  await database.store.change(simulation.id, { by: "service" }, () => ({ patch: {}, events }));
}

describe("simulation", () => {
  it("shows every field", async () => {
    const projectId = nextProject();
    const made = await created(database.store, {
      projectId,
      status: "QUEUED",
      waiting: { code: "ENGINE_FULL", message: "No engine has room." },
      labels: { team: "a" },
      designId: "good",
    });
    const query = `query ($id: ID!) { simulation(id: $id) {
      id designId designRevision designName projectId userId status desiredStatus failure { code message }
      waiting { code message } queue { reason } staleReason progress simulatedTime duration speed desiredSpeed seed
      attempt lastSeq labels createdAt startTime endTime owner { replica } report { requests } designDocument
      design { id revision name document } } }`;
    const { simulation } = await read(query, { id: made.id });
    expect(simulation).toEqual({
      id: made.id,
      designId: "good",
      designRevision: 3,
      designName: "Checkout",
      projectId,
      userId: "user",
      status: "QUEUED",
      desiredStatus: "RUNNING",
      failure: null,
      waiting: { code: "ENGINE_FULL", message: "No engine has room." },
      queue: { reason: "No engine has room." },
      staleReason: null,
      progress: 0,
      simulatedTime: 0,
      duration: 3600,
      speed: 10,
      desiredSpeed: 10,
      seed: 42,
      attempt: 0,
      lastSeq: 1,
      labels: { team: "a" },
      createdAt: "2026-01-02T03:04:05.678Z",
      startTime: null,
      endTime: null,
      owner: null,
      report: null,
      designDocument: null,
      design: { id: "good", revision: 3, name: "Good", document: { nodes: [] } },
    });
  });

  it("is null where there is none, or it is another's", async () => {
    const made = await created(database.store, { projectId: nextProject(), userId: "somebody" });
    const query = "query ($id: ID!) { simulation(id: $id) { id } }";
    expect(await read(query, { id: "nonsense" })).toEqual({ simulation: null });
    viewer = { userId: "else", roles: new Map(), admin: false };
    expect(await read(query, { id: made.id })).toEqual({ simulation: null });
    viewer = developmentViewer;
    expect(await read(query, { id: made.id })).toEqual({ simulation: { id: made.id } });
  });

  it("shows its report and the design that ran", async () => {
    const made = draft({ projectId: nextProject() });
    await database.store.create({ ...made, documents: { design: { nodes: [1] }, report } });
    const query = `query ($id: ID!) { simulation(id: $id) { designDocument report { requests bottleneck
      throughput { mean halfWidth95 } latency { p99 } components { componentId utilization { mean } }
      connections { connectionId retries } assumptions { path } warnings { code } } } }`;
    expect(await read(query, { id: made.simulation.id })).toEqual({
      simulation: {
        designDocument: { nodes: [1] },
        report: {
          requests: 10,
          bottleneck: null,
          throughput: { mean: 5, halfWidth95: null },
          latency: { p99: 4 },
          components: [],
          connections: [],
          assumptions: [{ path: "nodes[0]" }],
          warnings: [],
        },
      },
    });
  });
});

describe("simulations", () => {
  const query = `query ($project: ID, $first: Int, $after: String, $last: Int, $before: String) {
    simulations(filter: { projectId: $project }, first: $first, after: $after, last: $last, before: $before) {
      totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

  it("are paged forward and backward, newest first", async () => {
    const project = nextProject();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await created(database.store, { projectId: project })).id);
    const page = async (variables: object) => {
      const { simulations } = await read(query, { project, ...variables });
      const { nodes, pageInfo, totalCount } = simulations as {
        nodes: { id: string }[];
        pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
        totalCount: number;
      };
      expect(totalCount).toBe(5);
      return { at: nodes.map(({ id }) => ids.indexOf(id)), ...pageInfo };
    };
    const first = await page({ first: 2 });
    expect(first).toMatchObject({ at: [0, 1], hasNextPage: true, hasPreviousPage: false });
    const second = await page({ first: 2, after: first.endCursor });
    expect(second).toMatchObject({ at: [2, 3], hasNextPage: true, hasPreviousPage: true });
    const third = await page({ first: 2, after: second.endCursor });
    expect(third).toMatchObject({ at: [4], hasNextPage: false, hasPreviousPage: true });
    const back = await page({ last: 2, before: third.startCursor });
    expect(back).toMatchObject({ at: [2, 3], hasNextPage: true, hasPreviousPage: true });
    expect(await page({ last: 2 })).toMatchObject({ at: [3, 4], hasNextPage: false, hasPreviousPage: true });
  });

  it.each([
    ["both ends", { first: 1, last: 1 }, "last"],
    ["less than nothing", { first: -1 }, "first"],
    ["too many", { last: 201 }, "last"],
    ["a cursor that is none", { after: "a b" }, "after"],
  ])("cannot be asked for %s", async (_, variables, path) => {
    const { errors } = await operation(api.url, query, variables);
    expect(errors).toMatchObject([{ extensions: { code: "BAD_INPUT", path } }]);
  });
});

describe("the events of a simulation", () => {
  it("are paged by seq, and by type", async () => {
    const made = await created(database.store, { projectId: nextProject() });
    await append(made, [log("2"), sample(1, 1), log("4"), sample(2, 2)]);
    const query = `query ($id: ID!, $after: Int, $first: Int, $types: [SimulationEventType!]) { simulation(id: $id) {
      events(after: $after, first: $first, types: $types) { edges { cursor node { seq __typename simulation { lastSeq } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
    const page = async (variables: object) => (await read(query, { id: made.id, ...variables })).simulation;
    expect(await page({ first: 2 })).toEqual({
      events: {
        edges: [
          { cursor: "1", node: { seq: 1, __typename: "StatusChanged", simulation: { lastSeq: 5 } } },
          { cursor: "2", node: { seq: 2, __typename: "LogEmitted", simulation: { lastSeq: 5 } } },
        ],
        pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: "1", endCursor: "2" },
      },
    });
    expect(await page({ after: 3, types: ["METRICS_SAMPLED"] })).toMatchObject({
      events: { edges: [{ cursor: "5" }], pageInfo: { hasNextPage: false, hasPreviousPage: true } },
    });
    expect(await page({ after: 99 })).toMatchObject({
      events: { edges: [], pageInfo: { startCursor: null } },
    });
  });

  it("are merged into points for plots", async () => {
    const made = await created(database.store, { projectId: nextProject() });
    await append(
      made,
      [1, 2, 3, 4].map((n) => sample(n, n)),
    );
    const query = `query ($id: ID!) { simulation(id: $id) { metrics(maxPoints: 2) { samples throughput { min mean max } } } }`;
    expect(await read(query, { id: made.id })).toEqual({
      simulation: {
        metrics: [
          { samples: 2, throughput: { min: 1, mean: 1.5, max: 2 } },
          { samples: 2, throughput: { min: 3, mean: 3.5, max: 4 } },
        ],
      },
    });
  });
});

describe("designs", () => {
  it("of many simulations are fetched at once, each once, and fail one by one", async () => {
    const project = nextProject();
    for (const designId of ["good", "gone", "good", "broken", "far"]) {
      await created(database.store, { projectId: project, designId });
    }
    asked = [];
    const query =
      "query ($p: ID) { simulations(filter: { projectId: $p }) { nodes { designId design { name } } } }";
    const { data, errors } = await operation(api.url, query, { p: project });
    expect(asked.map((ids) => ids.sort())).toEqual([["broken", "far", "gone", "good"]]);
    expect(data).toEqual({
      simulations: {
        nodes: [
          { designId: "far", design: null },
          { designId: "broken", design: null },
          { designId: "good", design: { name: "Good" } },
          { designId: "gone", design: null },
          { designId: "good", design: { name: "Good" } },
        ],
      },
    });
    expect(errors?.map(({ extensions }) => extensions?.code).sort()).toEqual([
      "DESIGN_INVALID",
      "UNAVAILABLE",
    ]);
  });

  it("are found by id, and listed in pages", async () => {
    expect(await read(`{ one: design(id: "good") { revision } none: design(id: "gone") { id } }`)).toEqual({
      one: { revision: 3 },
      none: null,
    });
    const query =
      "query ($after: String) { designs(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
    expect(await read(query)).toEqual({
      designs: { nodes: [{ id: "a" }, { id: "b" }], pageInfo: { hasNextPage: true, endCursor: "b" } },
    });
    expect(await read(query, { after: "b" })).toEqual({
      designs: { nodes: [{ id: "c" }], pageInfo: { hasNextPage: false, endCursor: "c" } },
    });
  });
});

const report: SimulationReport = {
  requests: 10,
  succeeded: 9,
  failed: 1,
  throughput: { mean: 5, halfWidth95: null },
  latency: { mean: 1, p50: 1, p90: 2, p95: 3, p99: 4, max: 5 },
  latencyMean: { mean: 1, halfWidth95: 0.1 },
  components: [],
  connections: [],
  bottleneck: null,
  maxSustainable: null,
  wastedWork: 0,
  engineEvents: 100,
  assumptions: [{ path: "nodes[0]", value: "1 ms", text: "Not given." }],
  warnings: [],
};
