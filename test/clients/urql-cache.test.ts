// urql with its normalised cache, as an application sets it up by clients/urql, against the real program.
import type { CacheExchangeOpts } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { parse } from "graphql";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { simulationCache } from "../../clients/urql/cache.ts";
import { urqlClient } from "../../clients/urql/client.ts";
import { stop as stopElsewhere } from "../support/api.ts";
import { endServices, withDataFolder } from "../support/service-process.ts";
import { pause, read, resume, stop } from "./documents.ts";
import { Restarting } from "./restarting.ts";
import { logOf, Seen, stepsBack } from "./seen.ts";
import { dataOf, shown, started, watched } from "./urql-application.ts";

afterAll(endServices);
// Each starts the program up to three times, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 600_000 });

const warnings: string[] = [];
afterEach(() => expect(warnings.splice(0)).toEqual([]));

function clientOf(url: string, fetch = globalThis.fetch, config: CacheExchangeOpts = {}) {
  const cache = simulationCache({
    ...config,
    logger: (severity, message) => {
      if (severity !== "debug") warnings.push(message);
    },
  });
  return urqlClient({ url, fetch, cache, socket: { webSocketImpl: WebSocket } });
}

/** Answers are there, and do not arrive before they are released. */
function holding(operation: string) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: answer, resolve: answered } = Promise.withResolvers<string>();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init);
    if (!String(init?.body).includes(operation)) return response;
    answered(await response.clone().text());
    await released;
    return response;
  };
  return { fetch, answer, release };
}

it("starts, watches, pauses, resumes and stops, and the view follows by the cache alone", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const client = clientOf(service.url);
    const id = await started(client, 10_000, 10);
    const events = watched(client, id);
    const view = shown(client, id);
    await events.first(({ __typename }) => __typename === "MetricsSampled");
    dataOf(await client.mutation(pause, { id }));
    const paused = await events.first(({ status }) => status === "PAUSED");
    await view.first(({ status }) => status === "PAUSED");
    dataOf(await client.mutation(resume, { id }));
    await events.first(({ status, seq }) => status === "RUNNING" && seq > paused.seq);
    dataOf(await client.mutation(stop, { id }));
    await events.completion();
    const log = logOf(events.items);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(await view.first(({ lastSeq }) => lastSeq === log.length)).toMatchObject({ status: "STOPPED" });
    expect(stepsBack(view.items)).toEqual([]);
    await service.end();
  });
});

it("sees every event once over a kill and a restart, and the view never goes back", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const client = clientOf(service.url);
    const id = await started(client, 100, 20);
    const events = watched(client, id);
    const view = shown(client, id);
    await events.first(({ simulation }) => simulation.progress > 0.1);
    await service.restart("SIGKILL");
    await events.first(({ simulation }) => simulation.progress > 0.5);
    await service.restart("SIGTERM");
    await events.completion();
    const log = logOf(events.items);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log.filter(({ __typename }) => __typename === "AttemptStarted").length).toBeGreaterThan(0);
    const end = { status: "COMPLETED", progress: 1, lastSeq: log.length };
    expect(await view.first(({ lastSeq }) => lastSeq === log.length)).toMatchObject(end);
    expect(stepsBack(view.items)).toEqual([]);

    // The whole log again, into the cache that knows the end.
    const before = view.items.length;
    const replay = watched(client, id);
    await replay.completion();
    expect(logOf(replay.items).map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq));
    expect(replay.items.map(({ status }) => status)).toContain("RUNNING");
    for (const snapshot of view.items.slice(before)) expect(snapshot).toMatchObject(end);
    const cached = await client.query(read, { id }, { requestPolicy: "cache-only" });
    expect(dataOf(cached).simulation).toMatchObject(end);
    await service.end();
  });
});

it("refuses what is older in the answer of a mutation that was overtaken by events", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const { fetch, answer, release } = holding("stopSimulation");
    const client = clientOf(service.url, fetch);
    const id = await started(client, 10_000, 10);
    const view = shown(client, id);
    const events = watched(client, id);
    await events.first(({ status }) => status === "RUNNING");
    const stopped = client.mutation(stop, { id }).toPromise();
    await events.completion();
    release();
    expect(JSON.parse(await answer).data.stopSimulation.status).toBe("RUNNING");
    expect(dataOf(await stopped).stopSimulation.status).toBe("STOPPED");
    expect(view.items.at(-1)?.status).toBe("STOPPED");
    expect(stepsBack(view.items)).toEqual([]);
    await service.end();
  });
});

const detail = parse("query Detail($id: ID!) { simulation(id: $id) { id lastSeq designId state: status } }");

it("refuses what is older in the answer of a query that was overtaken by events, and takes what is new", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const { fetch, answer, release } = holding("Detail");
    const client = clientOf(service.url, fetch);
    const id = await started(client, 10_000, 10);
    const view = shown(client, id);
    const events = watched(client, id);
    await events.first(({ status }) => status === "RUNNING");
    const details = new Seen<Record<string, unknown>>();
    client.query(detail, { id }).subscribe(({ data }) => {
      if (data?.simulation) details.next(data.simulation);
    });
    const { simulation: older } = JSON.parse(await answer).data;
    // By another application: a mutation of this one would have the query sent again.
    await stopElsewhere(service.origin, id);
    await events.completion();
    release();
    const lastSeq = logOf(events.items).length;
    expect(older).toMatchObject({ state: "RUNNING", designId: "online-boutique" });
    expect(older.lastSeq).toBeLessThan(lastSeq);
    const newest = { id, lastSeq, state: "STOPPED", designId: "online-boutique" };
    expect(await details.first(() => true)).toEqual(newest);
    const other = await client.query(read, { id }).toPromise();
    expect(dataOf(other).simulation).toMatchObject({ lastSeq, status: "STOPPED" });
    expect(stepsBack(view.items)).toEqual([]);
    await service.end();
  });
});

const idsIn = ({ simulations }: { simulations: { nodes: { id: string }[] } }) =>
  simulations.nodes.map(({ id }) => id);

const list = parse(`query List($first: Int!, $after: String) {
  simulations(first: $first, after: $after) { nodes { id lastSeq status } pageInfo { endCursor hasNextPage } }
}`);

it("shows a new simulation in the lists on view, and forgets nothing else", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const asked: string[] = [];
    const client = clientOf(service.url, async (input, init) => {
      asked.push(JSON.parse(String(init?.body)).operationName);
      return fetch(input, init);
    });
    const first = await started(client, 10_000, 10);
    await shown(client, first).first(() => true);
    const lists = new Seen<string[]>();
    client.query(list, { first: 10 }).subscribe(({ data }) => {
      if (data) lists.next(idsIn(data));
    });
    await lists.first((ids) => ids.length === 1);
    const second = await started(client, 10_000, 10);
    await lists.first((ids) => ids.length === 2);
    // No query has shown the second: that a known simulation may look new must not make the rest be asked for again.
    dataOf(await client.mutation(stop, { id: second }));
    expect(lists.items.at(-1)).toEqual([second, first]);
    expect(asked).toEqual(["Start", "Read", "List", "Start", "List", "Intent"]);

    const scrolled = clientOf(service.url, fetch, {
      resolvers: { Query: { simulations: relayPagination() } },
    });
    const page = dataOf(await scrolled.query(list, { first: 1 }));
    expect(idsIn(page)).toEqual([second]);
    const after = page.simulations.pageInfo.endCursor;
    expect(idsIn(dataOf(await scrolled.query(list, { first: 1, after })))).toEqual([second, first]);
    await service.end();
  });
});

const everything = parse(`query Everything($id: ID!) {
  simulation(id: $id) {
    id lastSeq status labels failure { code message } queue { position } waiting { code } owner { replica }
    design { id name revision }
    events(first: 3, types: [METRICS_SAMPLED, STATUS_CHANGED]) {
      nodes { seq ... on SimulationEvent { at } ... on MetricsSampled { components { componentId throughput } } }
      edges { cursor }
      pageInfo { hasNextPage }
    }
    metrics(maxPoints: 3) { samples throughput { mean } components { componentId throughput { max } } }
    report {
      assumptions { path } warnings { code } latency { p99 } latencyMean { mean halfWidth95 }
      components { componentId latency { mean } wait { mean } } connections { connectionId calls }
    }
  }
  node(id: $id) { ... on Node { id } ... on Simulation { lastSeq status } }
  designs(first: 2) { edges { cursor node { id } } pageInfo { endCursor } }
}`);

it("holds whatever the API can say of a simulation, without a warning", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const client = clientOf(service.url);
    const id = await started(client, 100, 0);
    await watched(client, id).completion();
    const answer = dataOf(await client.query(everything, { id }));
    expect(answer.simulation.report.components.length).toBeGreaterThan(0);
    expect(answer.simulation.metrics.length).toBeGreaterThan(0);
    const cached = await client.query(everything, { id }, { requestPolicy: "cache-only" });
    expect(dataOf(cached)).toEqual(answer);
    await service.end();
  });
});
