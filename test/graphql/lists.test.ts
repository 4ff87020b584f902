// The list and the history as the API shows them, over a real database.
import { afterAll, beforeAll, expect, it } from "vitest";
import { limits } from "../../src/core/limits.ts";
import { developmentViewer, type Viewer } from "../../src/core/viewer.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { created, nextProject, sample, viewer as viewerOf } from "../postgres/drafts.ts";
import { type Api, startApi } from "../server/api.ts";
import { operation } from "../support/http.ts";
import { identityBy } from "../support/identities.ts";
import { embeddedDatabase, type TestDatabase } from "../support/postgres.ts";

let home: TestDatabase;
let database: OpenDatabase;
let api: Api;
let viewer: Viewer = developmentViewer;
/** Instead of counting: nobody wants to wait for ten thousand. */
let counted: number | null = null;

beforeAll(async () => {
  home = await embeddedDatabase();
  database = await home.open();
  const { store } = database;
  const reads = {
    ...store,
    count: async (...asked: Parameters<typeof store.count>) => counted ?? store.count(...asked),
  };
  api = await startApi({ reads, identity: identityBy(() => viewer) });
});

afterAll(async () => {
  await api.close();
  await database.close();
  await home.drop();
});

const query = `query ($filter: SimulationFilter) { simulations(filter: $filter) { totalCount nodes { userId } } }`;

async function usersOf(filter: object): Promise<string[]> {
  const { data } = await operation(api.url, query, { filter });
  const { simulations } = data as { simulations: { nodes: { userId: string }[]; totalCount: number } };
  const { nodes, totalCount } = simulations;
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ userId }) => userId);
}

it("shows a viewer their own where they ask for theirs", async () => {
  const projectId = nextProject();
  for (const userId of ["ada", "bob", "ada"]) await created(database.store, { projectId, userId });
  viewer = viewerOf("ada", projectId);
  expect(await usersOf({ projectId })).toEqual(["ada", "bob", "ada"]);
  expect(await usersOf({ projectId, mine: true })).toEqual(["ada", "ada"]);
  expect(await usersOf({ projectId, mine: false })).toEqual(["ada", "bob", "ada"]);
  expect(await usersOf({ projectId, mine: null })).toEqual(["ada", "bob", "ada"]);
  expect(await usersOf({ projectId, mine: true, userId: "ada" })).toEqual(["ada", "ada"]);
  expect(await usersOf({ projectId, mine: true, userId: "bob" })).toEqual([]);
  viewer = developmentViewer;
  expect(await usersOf({ projectId, mine: true })).toEqual([]);
});

it("does not say how long a very long list is", async () => {
  counted = limits.listCountMax;
  expect(await operation(api.url, "{ simulations { totalCount } }")).toEqual({
    data: { simulations: { totalCount: limits.listCountMax } },
  });
  counted = limits.listCountMax + 1;
  expect(await operation(api.url, "{ simulations { totalCount } }")).toEqual({
    data: { simulations: { totalCount: null } },
  });
  counted = null;
});

it("shows the history of components that are asked for", async () => {
  const { id } = await created(database.store);
  await database.store.change(id, { by: "service" }, () => ({
    patch: {},
    events: [sample(1, 3), sample(2, 5)],
  }));
  const history = `query ($id: ID!, $of: [ID!]) { simulation(id: $id) {
    metrics(from: 0, to: 9, maxPoints: 1, componentIds: $of) { samples components { componentId
      throughput { min mean max } utilization { max } queueLength { mean } latencyP95 { min } errorRate { max } } } } }`;
  const component = {
    componentId: "checkout",
    throughput: { min: 3, mean: 4, max: 5 },
    utilization: { max: 0.5 },
    queueLength: { mean: 0.25 },
    latencyP95: { min: 0.02 },
    errorRate: { max: 0 },
  };
  expect((await operation(api.url, history, { id, of: ["checkout", "none"] })).data).toEqual({
    simulation: { metrics: [{ samples: 2, components: [component] }] },
  });
  expect((await operation(api.url, history, { id })).data).toEqual({
    simulation: { metrics: [{ samples: 2, components: [] }] },
  });
  const many = Array.from({ length: limits.metricComponentsMax + 1 }, (_, n) => `c${n}`);
  expect((await operation(api.url, history, { id, of: many })).errors).toMatchObject([
    { extensions: { code: "BAD_INPUT", path: "componentIds" } },
  ]);
});
