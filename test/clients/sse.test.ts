// The log over server-sent events, by fetch, against the real program.
import { afterAll, expect, it, vi } from "vitest";
import { follow, Refused } from "../../clients/sse/follow.ts";
import { pause, resume, start, stop } from "../support/api.ts";
import { endServices, withDataFolder } from "../support/service-process.ts";
import { watchText } from "./documents.ts";
import { Restarting } from "./restarting.ts";
import { type LogItem, logOf, Seen, stepsBack } from "./seen.ts";

afterAll(endServices);
// Each starts the program up to three times, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 600_000 });

function watched(url: string, id: string, after = 0): Seen<LogItem> {
  const seen = new Seen<LogItem>();
  const events = follow<LogItem>({ url, query: watchText, variables: { id, after } });
  (async () => {
    for await (const event of events) seen.next(event);
  })().then(seen.complete, seen.error);
  return seen;
}

it("follows a simulation through a pause to its stop", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const { id } = await start(service.origin, { designId: "online-boutique", duration: 10000, speed: 10 });
    const events = watched(service.url, id);
    await events.first(({ __typename }) => __typename === "MetricsSampled");
    await pause(service.origin, id);
    const paused = await events.first(({ status }) => status === "PAUSED");
    await resume(service.origin, id);
    await events.first(({ status, seq }) => status === "RUNNING" && seq > paused.seq);
    await stop(service.origin, id);
    await events.completion();
    const log = logOf(events.items);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log.at(-1)).toMatchObject({ __typename: "StatusChanged", status: "STOPPED" });

    const missing = watched(service.url, "none");
    await expect(missing.completion()).rejects.toThrow(Refused);
    await expect(missing.completion()).rejects.toThrow(/SIMULATION_NOT_FOUND/);
    await service.end();
  });
});

it("sees every event once over a kill and a restart", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await Restarting.start(dataDir);
    const { id } = await start(service.origin, { designId: "online-boutique", duration: 100, speed: 20 });
    const events = watched(service.url, id);
    await events.first(({ simulation }) => simulation.progress > 0.1);
    await service.restart("SIGKILL");
    await events.first(({ simulation }) => simulation.progress > 0.5);
    await service.restart("SIGTERM");
    await events.completion();
    const log = logOf(events.items);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    expect(log.at(-1)).toMatchObject({ __typename: "StatusChanged", status: "COMPLETED" });
    expect(stepsBack(events.items.map(({ simulation }) => simulation))).toEqual([]);
    await service.end();
  });
});

it("ends where its signal says so, while nobody listens there", async () => {
  const abort = new AbortController();
  const asked = Promise.withResolvers<void>();
  const events = follow({
    url: "http://127.0.0.1:1/graphql",
    query: watchText,
    variables: { id: "any" },
    signal: abort.signal,
    headers: () => {
      asked.resolve();
      return {};
    },
  });
  const first = events.next();
  await asked.promise;
  abort.abort(new Error("left"));
  await expect(first).rejects.toThrow("left");
});
