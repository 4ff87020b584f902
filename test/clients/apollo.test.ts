// Apollo Client 4 as an application sets it up by clients/apollo, against the real program.
import { afterAll, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { apolloClient } from "../../clients/apollo/client.ts";
import { endServices, withDataFolder } from "../support/service-process.ts";
import { pause, read, resume, start, stop, watch } from "./documents.ts";
import { Restarting } from "./restarting.ts";
import { type LogItem, logOf, Seen, type Snapshot, stepsBack } from "./seen.ts";

afterAll(endServices);
// Each starts the program up to three times, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 600_000 });

type Apollo = ReturnType<typeof apolloClient>;

const clientOf = (url: string, http = {}) =>
  apolloClient({ url, http, socket: { webSocketImpl: WebSocket } });

async function started(client: Apollo, duration: number, speed: number): Promise<string> {
  const { data } = await client.mutate({
    mutation: start,
    variables: { designId: "online-boutique", duration, speed },
  });
  if (data === undefined || data === null) throw new Error("Nothing was started.");
  return data.startSimulation.id;
}

function watched(client: Apollo, id: string, after = 0): Seen<LogItem> {
  const seen = new Seen<LogItem>();
  client.subscribe({ query: watch, variables: { id, after } }).subscribe({
    ...seen,
    next: ({ data, error }) => {
      if (data === undefined || data === null) seen.error(error);
      else seen.next(data.simulationEvents);
    },
  });
  return seen;
}

/** What a view that shows the simulation renders, one value after the other. */
function shown(client: Apollo, id: string): Seen<Snapshot> {
  const seen = new Seen<Snapshot>();
  client.watchQuery({ query: read, variables: { id } }).subscribe(({ data, dataState }) => {
    if (dataState === "complete" && data.simulation !== null) seen.next(data.simulation);
  });
  return seen;
}

it("starts, watches, pauses, resumes and stops, and the view follows by the cache alone", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const client = clientOf(service.url);
    const id = await started(client, 10_000, 10);
    const events = watched(client, id);
    const view = shown(client, id);
    await events.first(({ __typename }) => __typename === "MetricsSampled");
    await client.mutate({ mutation: pause, variables: { id } });
    const paused = await events.first(({ status }) => status === "PAUSED");
    await client.mutate({ mutation: resume, variables: { id } });
    await events.first(({ status, seq }) => status === "RUNNING" && seq > paused.seq);
    await client.mutate({ mutation: stop, variables: { id } });
    await events.completion();
    const log = logOf(events.items);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log.at(-1)).toMatchObject({ __typename: "StatusChanged", status: "STOPPED" });
    const last = await view.first(({ status }) => status === "STOPPED");
    expect(last.lastSeq).toBe(log.length);
    expect(view.items.map(({ status }) => status)).toContain("PAUSED");
    expect(stepsBack(view.items)).toEqual([]);
    client.stop();
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
    expect(log.at(-1)).toMatchObject({ __typename: "StatusChanged", status: "COMPLETED" });
    const end = await view.first(({ status }) => status === "COMPLETED");
    expect(end).toMatchObject({ progress: 1, lastSeq: log.length });
    expect(stepsBack(view.items)).toEqual([]);

    // The whole log again, beside a view of the end.
    const late = clientOf(service.url);
    const lateView = shown(late, id);
    await lateView.first(({ status }) => status === "COMPLETED");
    const replay = watched(late, id);
    await replay.completion();
    expect(logOf(replay.items).map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq));
    expect(replay.items.map(({ status }) => status)).toContain("RUNNING");
    expect(
      lateView.items.filter(({ status, lastSeq }) => status !== "COMPLETED" || lastSeq < log.length),
    ).toEqual([]);
    client.stop();
    late.stop();
    await service.end();
  });
});

it("keeps what the stream said over an answer that comes later and is older", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const { promise: ended, resolve: release } = Promise.withResolvers<void>();
    let answered = "";
    const client = clientOf(service.url, {
      fetch: async (input: string, init: RequestInit) => {
        const response = await fetch(input, init);
        if (!String(init.body).includes("stopSimulation")) return response;
        answered = await response.clone().text();
        await ended;
        return response;
      },
    });
    const id = await started(client, 10_000, 10);
    const view = shown(client, id);
    const events = watched(client, id);
    await events.first(({ status }) => status === "RUNNING");
    const answer = client.mutate({ mutation: stop, variables: { id } });
    await events.completion();
    release();
    await answer;
    expect(JSON.parse(answered).data.stopSimulation.status).toBe("RUNNING");
    expect(client.readQuery({ query: read, variables: { id } })?.simulation?.status).toBe("STOPPED");
    expect(view.items.at(-1)?.status).toBe("STOPPED");
    expect(stepsBack(view.items)).toEqual([]);
    client.stop();
    await service.end();
  });
});
