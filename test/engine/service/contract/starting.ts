import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { ConfigProblems, RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import { hourMs, shop } from "../configs.ts";
import { refusalOf } from "../contract-client.ts";
import { session } from "./session.ts";

export function starting(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test("begins a run and says what runs where", async () => {
    const client = connect();
    const run = client.newRun();
    const info = await client.start(run, shop({ horizonMs: hourMs }), { speed: 2, fencingToken: 5 });
    const capabilities = await client.capabilities();
    expect(info).toMatchObject({
      run,
      created: true,
      firstSeq: 1,
      lastSeq: 0,
      horizonMs: hourMs,
      speed: 2,
      fencingToken: 5,
      engineInstanceId: capabilities.engineInstanceId,
      engineVersion: capabilities.engineVersion,
      reason: "",
    });
    expect(info.startedAt).toBeInstanceOf(Date);
    expect(info.endedAt).toBeUndefined();
  });

  test("the same key and digest answer the run that exists, also from many callers at once", async () => {
    const client = connect();
    const run = client.newRun();
    const starts = Array.from({ length: 5 }, () => client.start(run, shop(), { startPaused: true }));
    const infos = await Promise.all(starts);
    expect(infos.filter((info) => info.created)).toHaveLength(1);
    const { runs } = await client.list();
    expect(runs).toHaveLength(1);
  });

  test("the same key with another digest is refused", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    const refusal = await refusalOf(client.start(run, shop({ seed: 8 }), { startPaused: true }));
    expect(refusal).toMatchObject({ code: status.ALREADY_EXISTS, word: "CONFIG_MISMATCH" });
  });

  test("a call after its expiry takes no effect", async () => {
    const client = connect();
    const run = client.newRun();
    const refusal = await refusalOf(client.start(run, shop(), { expiresAt: new Date(Date.now() - 1) }));
    expect(refusal).toMatchObject({ code: status.FAILED_PRECONDITION, word: "EXPIRED" });
    expect(await refusalOf(client.get(run))).toMatchObject({ code: status.NOT_FOUND });
  });

  test("a repeated call after its expiry still finds the run that it began", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true, expiresAt: new Date(Date.now() + 60_000) });
    const again = await client.start(run, shop(), { startPaused: true, expiresAt: new Date(Date.now() - 1) });
    expect(again.created).toBe(false);
  });

  test("a config that cannot be run is refused with its problems, and no run is left", async () => {
    const client = connect();
    const run = client.newRun();
    const config = shop();
    config.links = [];
    const refusal = await refusalOf(client.start(run, config));
    expect(refusal.code).toBe(status.INVALID_ARGUMENT);
    const [encoded] = refusal.metadata.get("engine-problems-bin");
    const { problems } = ConfigProblems.decode(Buffer.from(encoded ?? ""));
    expect(problems.map((problem) => problem.code)).toContain("REFERENCE");
    expect(problems.every((problem) => !problem.warning)).toBe(true);
    expect(await refusalOf(client.get(run))).toMatchObject({ code: status.NOT_FOUND });
  });

  test("hundreds of problems still make an answer that a client can read", async () => {
    const client = connect();
    const config = shop();
    const [link] = config.links;
    if (link === undefined) throw new Error("the shop has a link");
    config.links = [
      link,
      ...Array.from({ length: 500 }, (_, n) => ({ ...link, id: `l${n}`, to: `nowhere-${n}` })),
    ];
    const refusal = await refusalOf(client.start(client.newRun(), config));
    expect(refusal.code).toBe(status.INVALID_ARGUMENT);
    const [encoded] = refusal.metadata.get("engine-problems-bin");
    expect(ConfigProblems.decode(Buffer.from(encoded ?? "")).problems.length).toBeGreaterThan(0);
  });

  test.each([
    ["no config", undefined, {}],
    ["a speed that is no number", shop(), { speed: Number.NaN }],
    ["a negative speed", shop(), { speed: -1 }],
    ["an endless orphan timeout", shop(), { orphanTimeoutMs: Number.POSITIVE_INFINITY }],
    ["a negative position", shop(), { resumeAfterSeq: -1 }],
    ["a replay without a digest", shop(), { resumeAfterSeq: 3 }],
    ["a negative token", shop(), { fencingToken: -1 }],
    ["no digest of the config", shop(), { configDigest: new Uint8Array() }],
  ])("%s is refused as invalid", async (_, config, more) => {
    const client = connect();
    const refusal = await refusalOf(client.start(client.newRun(), config, more));
    expect(refusal.code).toBe(status.INVALID_ARGUMENT);
  });

  test.each([
    ["no installation", { installationId: "" }],
    ["no simulation", { simulationId: "" }],
    ["attempt 0", { attempt: 0 }],
  ])("a key with %s is refused as invalid", async (_, part) => {
    const client = connect();
    const refusal = await refusalOf(client.start({ ...client.newRun(), ...part }, shop()));
    expect(refusal.code).toBe(status.INVALID_ARGUMENT);
  });

  test("start_paused holds at the beginning: nothing later exists before Resume", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    const following = client.follow(run, 0, { acknowledge: true });
    const level = await following.untilState(RunState.RUN_STATE_PAUSED);
    expect(level).toMatchObject({ atSeq: following.lastSeq, simTimeMs: 0 });
    expect(following.events.every((event) => event.simTimeMs === 0)).toBe(true);
    await client.resume(run);
    expect(await following.end).toBeUndefined();
    expect(following.events.at(-1)?.payload?.$case).toBe("completed");
  });
}
