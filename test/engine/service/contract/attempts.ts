import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import { shop, slowApi } from "../configs.ts";
import { type ContractClient, refusalOf } from "../contract-client.ts";
import { session } from "./session.ts";

const stale = { code: status.FAILED_PRECONDITION, word: "STALE_TOKEN" };

export function attempts(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test("a higher attempt ends the lower one, whose stream says so last", async () => {
    const client = connect();
    const first = client.newRun();
    await client.start(first, shop(), { startPaused: true });
    const following = client.follow(first);
    const second = await client.start({ ...first, attempt: 2 }, shop(), { startPaused: true });
    expect(second.created).toBe(true);
    expect(await following.end).toBeUndefined();
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_STOPPED);
    expect((await client.get(first)).state).toBe(RunState.RUN_STATE_STOPPED);
  });

  test("a lower attempt than one seen cannot start, whether or not it ran", async () => {
    const client = connect();
    const run = client.newRun(3);
    await client.start({ ...run, attempt: 2 }, shop(), { startPaused: true });
    await client.start(run, shop(), { startPaused: true });
    for (const attempt of [1, 2]) {
      const refusal = await refusalOf(client.start({ ...run, attempt }, shop()));
      expect(refusal).toMatchObject({ code: status.FAILED_PRECONDITION, word: "SUPERSEDED_ATTEMPT" });
    }
  });

  test("a refused higher attempt leaves the lower one running", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    await refusalOf(client.start({ ...run, attempt: 2 }, undefined));
    const { state } = await client.get(run);
    expect([RunState.RUN_STATE_QUEUED, RunState.RUN_STATE_PAUSED]).toContain(state);
  });

  test("Stop of an unknown run answers STOPPED and keeps a delayed Start from running", async () => {
    const client = connect();
    const run = client.newRun();
    for (const _ of [1, 2]) {
      expect(await client.stop(run, "never mind")).toMatchObject({ run, state: RunState.RUN_STATE_STOPPED });
    }
    const refusal = await refusalOf(client.start(run, shop()));
    expect(refusal).toMatchObject({ code: status.FAILED_PRECONDITION, word: "TOMBSTONED" });
    expect(await refusalOf(client.get(run))).toMatchObject({ code: status.NOT_FOUND });
  });

  test("a tombstone is no bar to a higher attempt", async () => {
    const client = connect();
    const run = client.newRun();
    await client.stop(run);
    const info = await client.start({ ...run, attempt: 2 }, shop(), { startPaused: true });
    expect(info.created).toBe(true);
  });

  test("a forgotten run cannot start again", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    await client.stop(run);
    await client.forget(run);
    expect(await refusalOf(client.start(run, shop()))).toMatchObject({ word: "TOMBSTONED" });
  });

  test.each<
    [string, (client: ContractClient, run: ReturnType<ContractClient["newRun"]>) => Promise<unknown>]
  >([
    ["Start", (client, run) => client.start(run, shop(), { fencingToken: 4 })],
    [
      "Start of a higher attempt",
      (client, run) => client.start({ ...run, attempt: 2 }, shop(), { fencingToken: 4 }),
    ],
    ["Pause", (client, run) => client.pause(run, 4)],
    ["Resume", (client, run) => client.resume(run, 4)],
    ["SetSpeed", (client, run) => client.setSpeed(run, 3, 4)],
    ["Stop", (client, run) => client.stop(run, "", 4)],
    ["InjectFault", (client, run) => client.injectFault(run, slowApi, 4)],
    ["Acknowledge", (client, run) => client.acknowledge(run, 0, 4)],
    ["Forget", (client, run) => client.forget(run, 4)],
    [
      "Subscribe",
      async (client, run) => Promise.reject(await client.follow(run, 0, { fencingToken: 4 }).end),
    ],
  ])("%s with a lower token than one seen is refused", async (_, call) => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true, fencingToken: 5 });
    expect(await refusalOf(call(client, run))).toMatchObject(stale);
    expect((await client.get(run)).state).not.toBe(RunState.RUN_STATE_STOPPED);
  });

  test("any call raises the token, for all attempts of the simulation", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true, fencingToken: 5 });
    await client.acknowledge(run, 0, 6);
    expect((await client.get(run)).fencingToken).toBe(6);
    const next = { ...run, attempt: 2 };
    expect(await refusalOf(client.start(next, shop(), { fencingToken: 5 }))).toMatchObject(stale);
    expect((await client.start(next, shop(), { startPaused: true, fencingToken: 6 })).created).toBe(true);
  });

  test("the token of a Stop that found nothing is remembered", async () => {
    const client = connect();
    const run = client.newRun();
    await client.stop(run, "", 9);
    expect(await refusalOf(client.start({ ...run, attempt: 2 }, shop(), { fencingToken: 8 }))).toMatchObject(
      stale,
    );
  });

  test("two installations never touch each other's runs", async () => {
    const one = connect();
    const other = connect();
    const run = one.newRun();
    const namesake = { ...run, installationId: other.installationId };
    await one.start(run, shop(), { startPaused: true, fencingToken: 9 });
    expect(await refusalOf(other.get(namesake))).toMatchObject({ code: status.NOT_FOUND });
    expect((await other.start(namesake, shop({ seed: 8 }), { startPaused: true })).created).toBe(true);
    await other.start({ ...namesake, attempt: 2 }, shop(), { startPaused: true });
    await other.stop({ ...namesake, attempt: 2 });
    expect((await one.get(run)).state).not.toBe(RunState.RUN_STATE_STOPPED);
    expect((await one.list()).runs.map((info) => info.run)).toEqual([run]);
  });
}
