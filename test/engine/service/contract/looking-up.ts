import { credentials, status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import {
  HealthClient,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../../../src/gen/grpc/health/v1/health.ts";
import { shop } from "../configs.ts";
import { refusalOf } from "../contract-client.ts";
import { session } from "./session.ts";

export function lookingUp(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test("Get of an unknown run is not found", async () => {
    const client = connect();
    expect(await refusalOf(client.get(client.newRun()))).toMatchObject({ code: status.NOT_FOUND });
  });

  test("List has all runs of one installation, by page and by state", async () => {
    const client = connect();
    const started = Array.from({ length: 5 }, () => client.newRun());
    for (const run of started) await client.start(run, shop(), { startPaused: true });
    const [stopped] = started;
    if (stopped !== undefined) await client.stop(stopped);

    const all = await client.list();
    const names = all.runs.map((info) => info.run?.simulationId);
    expect(names.toSorted()).toEqual(started.map((run) => run.simulationId).toSorted());
    expect(all.nextPageToken).toBe("");
    expect(all.engineInstanceId).toBe((await client.capabilities()).engineInstanceId);

    const paged: typeof names = [];
    let pageToken = "";
    do {
      const page = await client.list({ pageSize: 2, pageToken });
      expect(page.runs.length).toBeLessThanOrEqual(2);
      paged.push(...page.runs.map((info) => info.run?.simulationId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(paged).toEqual(names);

    const onlyStopped = await client.list({ states: [RunState.RUN_STATE_STOPPED] });
    expect(onlyStopped.runs.map((info) => info.run)).toEqual([stopped]);
  });

  test("a page token that List did not make is invalid", async () => {
    expect((await refusalOf(connect().list({ pageToken: "nonsense" }))).code).toBe(status.INVALID_ARGUMENT);
  });

  test("Forget drops a terminal run and its events", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop());
    await client.follow(run).end;
    await client.forget(run);
    expect(await refusalOf(client.get(run))).toMatchObject({ code: status.NOT_FOUND });
    expect((await client.list()).runs).toEqual([]);
  });

  test("Forget of an unknown run is done already; of a run under way it is refused", async () => {
    const client = connect();
    const run = client.newRun();
    await client.forget(run);
    await client.start(run, shop(), { startPaused: true });
    expect((await refusalOf(client.forget(run))).code).toBe(status.FAILED_PRECONDITION);
    expect((await client.get(run)).state).not.toBe(RunState.RUN_STATE_STOPPED);
  });

  test("GetCapabilities tells what the engine is and counts its runs", async () => {
    const client = connect();
    const before = await client.capabilities();
    expect(before.contractVersions).toContain("architech.engine.v1");
    expect(before).toMatchObject({ deterministic: true, liveFaults: true });
    expect(before.engineName).not.toBe("");
    expect(before.engineVersion).not.toBe("");
    expect(before.windowEvents).toBeGreaterThan(0);
    expect(before.maxConcurrentRuns).toBeGreaterThan(0);
    expect(before.maxStations).toBeGreaterThan(0);
    expect(before.distributions).toContain("exponential");
    expect(before.faultKinds).toContain("slow");
    expect(before.features).toContain("discipline.fifo");
    await client.start(client.newRun(), shop(), { startPaused: true });
    expect((await client.capabilities()).runningRuns).toBe(before.runningRuns + 1);
  });

  test("the health service answers for the server and for the engine service", async () => {
    const health = new HealthClient(addressOf(), credentials.createInsecure());
    const check = (service: string) =>
      new Promise((resolve) => {
        health.check({ service }, (error, response) => resolve(error?.code ?? response.status));
      });
    expect(await check("")).toBe(ServingStatus.SERVING);
    expect(await check("architech.engine.v1.EngineService")).toBe(ServingStatus.SERVING);
    expect(await check("no.such.Service")).toBe(status.NOT_FOUND);

    const watch = health.watch({ service: "" });
    const first = await new Promise((resolve) => watch.once("data", resolve));
    expect(first).toEqual({ status: ServingStatus.SERVING });
    watch.on("error", () => {});
    watch.cancel();
    health.close();
  });
}
