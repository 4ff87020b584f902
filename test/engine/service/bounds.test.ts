import { status } from "@grpc/grpc-js";
import { pino } from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { defaultLimits, type Limits } from "../../../src/engine/limits.ts";
import { startEngine } from "../../../src/engine/server.ts";
import { RunState, type SimulationConfig } from "../../../src/gen/architech/engine/v1/engine.ts";
import { hourMs, shop } from "./configs.ts";
import { ContractClient, refusalOf } from "./contract-client.ts";

// Goal: every bound of the engine holds, and what passes one is refused or dropped, never anything else.

const releases: (() => unknown)[] = [];

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

async function engineWith(limits: Partial<Limits>): Promise<ContractClient> {
  const engine = await startEngine(
    "127.0.0.1",
    0,
    { ...defaultLimits, ...limits },
    pino({ level: "silent" }),
  );
  releases.push(() => engine.close());
  const client = new ContractClient(engine.address);
  releases.push(() => client.close());
  return client;
}

describe("capacity", () => {
  test("an engine with as many runs as it may have is full; paused ones count; an ended one makes room", async () => {
    const client = await engineWith({ capacity: 2 });
    const [one, two, three] = [client.newRun(), client.newRun(), client.newRun()];
    await client.start(one, shop(), { startPaused: true });
    await client.start(two, shop(), { startPaused: true });
    const full = await refusalOf(client.start(three, shop()));
    expect(full).toMatchObject({ code: status.RESOURCE_EXHAUSTED, word: "ENGINE_FULL" });
    expect((await client.start(one, shop())).created).toBe(false);
    await client.stop(one);
    expect((await client.start(three, shop())).created).toBe(true);
  });

  test("a higher attempt takes the place of the lower one, also when the engine is full", async () => {
    const client = await engineWith({ capacity: 1 });
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    expect((await client.start({ ...run, attempt: 2 }, shop(), { startPaused: true })).created).toBe(true);
    expect((await client.get(run)).state).toBe(RunState.RUN_STATE_STOPPED);
  });
});

describe("the window of one run", () => {
  test("holds at its bound of bytes", async () => {
    const client = await engineWith({ windowBytes: 20_000 });
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }));
    const following = client.follow(run);
    await following.until(({ lastLevel }) => lastLevel?.reason.startsWith("held") === true);
    const bytes = following.encoded.reduce((sum, event) => sum + event.length / 2, 0);
    expect(bytes).toBeGreaterThanOrEqual(20_000);
    expect(bytes).toBeLessThan(40_000);
  });

  test("holds one run and no other", async () => {
    const client = await engineWith({ windowEvents: 16 });
    const held = client.newRun();
    await client.start(held, shop({ horizonMs: hourMs }));
    const following = client.follow(held);
    await following.until(({ lastLevel }) => lastLevel?.reason.startsWith("held") === true);
    const other = await client.undisturbed(shop());
    expect(other.lastLevel?.state).toBe(RunState.RUN_STATE_COMPLETED);
    expect((await client.get(held)).state).toBe(RunState.RUN_STATE_RUNNING);
  });
});

test("a stream that has to catch up is told the state at once, and again after the events", async () => {
  const client = await engineWith({ batchEvents: 100 });
  const run = client.newRun();
  await client.start(run, shop({ horizonMs: 1_000_000 }));
  const first = client.follow(run);
  await first.end;
  const late = client.follow(run);
  await late.end;
  const told = late.batches.map(({ events, level }) => [events.length, level?.state]);
  const completed = RunState.RUN_STATE_COMPLETED;
  expect(told.length).toBeGreaterThan(9);
  expect(told.at(0)).toEqual([100, completed]);
  expect(told.slice(1, -1).every(([count, state]) => count === 100 && state === undefined)).toBe(true);
  expect(told.at(-1)).toEqual([first.lastSeq % 100, completed]);
  expect(late.encoded).toEqual(first.encoded);
});

describe("terminal runs", () => {
  test("beyond their number are forgotten, the first to end first, and leave a tombstone", async () => {
    const client = await engineWith({ endedRuns: 2 });
    const runs = [client.newRun(), client.newRun(), client.newRun()];
    for (const run of runs) {
      await client.start(run, shop(), { startPaused: true });
      await client.stop(run);
    }
    const [first, ...others] = runs;
    if (first === undefined) throw new Error("three runs were made");
    expect(await refusalOf(client.get(first))).toMatchObject({ code: status.NOT_FOUND });
    for (const run of others) expect((await client.get(run)).state).toBe(RunState.RUN_STATE_STOPPED);
    expect(await refusalOf(client.start(first, shop()))).toMatchObject({ word: "TOMBSTONED" });
  });

  test("beyond their bytes are forgotten", async () => {
    const client = await engineWith({ endedBytes: 100_000 });
    const runs = Array.from({ length: 4 }, () => client.newRun());
    for (const run of runs) {
      await client.start(run, shop({ horizonMs: 200_000 }));
      await client.follow(run).end;
    }
    const { runs: kept } = await client.list();
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(runs.length);
    expect(kept.map((info) => info.run?.simulationId)).toContain(runs.at(-1)?.simulationId);
  });
});

describe("tokens and tombstones of simulations without a run", () => {
  test("beyond their number the oldest are forgotten", async () => {
    const client = await engineWith({ fences: 3 });
    const runs = Array.from({ length: 4 }, () => client.newRun());
    for (const run of runs) await client.stop(run);
    const [oldest, ...others] = runs;
    if (oldest === undefined) throw new Error("four runs were made");
    for (const run of others) {
      expect(await refusalOf(client.start(run, shop()))).toMatchObject({ word: "TOMBSTONED" });
    }
    expect((await client.start(oldest, shop(), { startPaused: true })).created).toBe(true);
  });

  test("are kept for simulations that have a run, however many others come", async () => {
    const client = await engineWith({ fences: 3 });
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true, fencingToken: 5 });
    for (let n = 0; n < 10; n++) await client.stop(client.newRun());
    expect(await refusalOf(client.pause(run, 4))).toMatchObject({ word: "STALE_TOKEN" });
  });
});

describe("the engine's own bounds of a run", () => {
  test("a run without a bound of wall time has the engine's", async () => {
    const client = await engineWith({ maxWallMs: 200 });
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 1 });
    const following = client.follow(run);
    await following.end;
    expect(following.lastLevel?.reason).toMatch(/^LIMIT_EXCEEDED/);
  });

  test("a pause does not use up wall time", async () => {
    const client = await engineWith({ maxWallMs: 2_000 });
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    await client.follow(run).untilState(RunState.RUN_STATE_PAUSED);
    const pausedAt = performance.now();
    while (performance.now() - pausedAt < 2_200) await client.get(run);
    await client.resume(run);
    const following = client.follow(run, 0, { acknowledge: true });
    await following.end;
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_COMPLETED);
  });

  test("a run has a bounded number of live faults", async () => {
    const client = await engineWith({ liveFaults: 2 });
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    const fault = { kind: "slow", target: "api", amount: 2 };
    for (const id of ["a", "b"]) await client.injectFault(run, { ...fault, id });
    expect((await refusalOf(client.injectFault(run, { ...fault, id: "c" }))).code).toBe(
      status.RESOURCE_EXHAUSTED,
    );
    await client.injectFault(run, { ...fault, id: "a" });
  });

  test("a request larger than the bound is refused, and the engine lives", async () => {
    const client = await engineWith({});
    const config = shop();
    config.zones = Array.from({ length: 100 }, () => "z".repeat(100_000));
    const refusal = await refusalOf(client.start(client.newRun(), config));
    expect(refusal.code).toBe(status.RESOURCE_EXHAUSTED);
    expect((await client.capabilities()).runningRuns).toBe(0);
  });

  test.each([
    ["no protobuf at all", Buffer.from("<html>no</html>")],
    ["a token beyond 2^53", Buffer.from("10ffffffffffffffff7f", "hex")],
    ["an endless length", Buffer.from("0affffffff0f", "hex")],
  ])("a request that is %s is refused, and the engine lives", async (_, garbage) => {
    const client = await engineWith({});
    const refused = new Promise<number | undefined>((resolve) => {
      const path = "/architech.engine.v1.EngineService/Stop";
      const asIs = (value: Buffer) => value;
      client.raw.makeUnaryRequest(path, asIs, asIs, garbage, (error) => resolve(error?.code));
    });
    expect([status.INTERNAL, status.INVALID_ARGUMENT]).toContain(await refused);
    const following = await client.undisturbed(shop());
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_COMPLETED);
  });

  test("a run whose thread runs out of memory fails as INTERNAL, and no other run with it", async () => {
    const client = await engineWith({ runMemoryMb: 24 });
    const other = client.newRun();
    await client.start(other, shop({ horizonMs: hourMs }), { speed: 10 });
    const run = client.newRun();
    await client.start(run, floodedShop());
    const following = client.follow(run, 0, { acknowledge: true });
    expect(await following.end).toBeUndefined();
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_FAILED);
    expect(following.lastLevel?.reason).toMatch(/^INTERNAL/);
    expect((await client.get(other)).state).toBe(RunState.RUN_STATE_RUNNING);
  });
});

/** A million requests a second into a queue without end: they all have to be remembered. */
function floodedShop(): SimulationConfig {
  const config = shop({ horizonMs: hourMs, maxInFlight: 100_000_000 });
  for (const station of config.stations) station.queueUnbounded = true;
  for (const source of config.sources) {
    source.kind = {
      $case: "open",
      value: { process: "poisson", startPerSec: 1_000_000, stages: [], burstiness: 0 },
    };
  }
  return config;
}
