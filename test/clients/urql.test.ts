// urql as an application sets it up by clients/urql, against the real program.
import type { Client } from "@urql/core";
import { afterAll, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { urqlClient } from "../../clients/urql/client.ts";
import { endServices, withDataFolder } from "../support/service-process.ts";
import { pause, read, resume, stop } from "./documents.ts";
import { Restarting } from "./restarting.ts";
import { logOf, stepsBack } from "./seen.ts";
import { dataOf, started, watched } from "./urql-application.ts";

afterAll(endServices);
// Each starts the program up to three times, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 600_000 });

const clientOf = (url: string) => urqlClient({ url, socket: { webSocketImpl: WebSocket } });

async function readStatus(client: Client, id: string): Promise<string | undefined> {
  const result = await client.query(read, { id }, { requestPolicy: "network-only" });
  return dataOf(result).simulation?.status;
}

it("starts, watches, pauses, resumes and stops", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const client = clientOf(service.url);
    const id = await started(client, 10_000, 10);
    const events = watched(client, id);
    await events.first(({ __typename }) => __typename === "MetricsSampled");
    dataOf(await client.mutation(pause, { id }));
    const paused = await events.first(({ status }) => status === "PAUSED");
    expect(await readStatus(client, id)).toBe("PAUSED");
    dataOf(await client.mutation(resume, { id }));
    await events.first(({ status, seq }) => status === "RUNNING" && seq > paused.seq);
    dataOf(await client.mutation(stop, { id }));
    await events.completion();
    const log = logOf(events.items);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log.at(-1)).toMatchObject({ __typename: "StatusChanged", status: "STOPPED" });
    await service.end();
  });
});

it("sees every event once over a kill and a restart, and no snapshot goes back", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const client = clientOf(service.url);
    const id = await started(client, 100, 20);
    const events = watched(client, id);
    await events.first(({ simulation }) => simulation.progress > 0.1);
    await service.restart("SIGKILL");
    await events.first(({ simulation }) => simulation.progress > 0.5);
    await service.restart("SIGTERM");
    await events.completion();
    const log = logOf(events.items);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log.at(-1)).toMatchObject({ __typename: "StatusChanged", status: "COMPLETED" });
    expect(stepsBack(events.items.map(({ simulation }) => simulation))).toEqual([]);
    expect(events.items.at(-1)?.simulation).toMatchObject({ status: "COMPLETED", progress: 1 });
    expect(await readStatus(client, id)).toBe("COMPLETED");

    // The whole log again: the events tell the history, and the snapshot beside each is that of the end.
    const replay = watched(clientOf(service.url), id);
    await replay.completion();
    expect(logOf(replay.items).map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq));
    expect(new Set(replay.items.map(({ simulation }) => simulation.lastSeq))).toEqual(new Set([log.length]));
    await service.end();
  });
});
