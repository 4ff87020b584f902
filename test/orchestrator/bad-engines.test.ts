// Engines that break the contract, refuse or hang: a stated end or a stated wait, and other simulations go on.
import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it } from "vitest";
import { isTerminal, type Simulation } from "../../src/core/simulation.ts";
import { developmentViewer as viewer } from "../../src/core/viewer.ts";
import { distributions, features } from "../../src/engine/model/features.ts";
import {
  type Event,
  type EventBatch,
  LogRecord_Level,
  type MetricsSample,
  RunState,
} from "../../src/gen/architech/engine/v1/engine.ts";
import { type Rig, startRig } from "../support/rig.ts";
import { type Script, type ScriptedEngine, startScriptedEngine } from "../support/scripted-engine.ts";

let engine: ScriptedEngine | undefined;
let rig: Rig | undefined;

afterEach(async () => {
  await rig?.close();
  await engine?.close();
});

async function started(
  script: Script,
  settings = {},
): Promise<{ rig: Rig; engine: ScriptedEngine; id: string }> {
  engine = await startScriptedEngine({ ...script, capabilities: allFeatures });
  rig = await startRig({ engines: [engine.address], settings });
  const { id } = await rig.commands.start(viewer, { designId: "mm1", speed: 1 });
  return { rig, engine, id };
}

const allFeatures = { features: [...features], distributions: [...distributions] };

const ended = ({ status: now }: Simulation) => isTerminal(now);

function log(seq: number, message = `event ${seq}`): Event {
  const value = { level: LogRecord_Level.LEVEL_INFO, code: "TEST", message, target: "" };
  return { seq, simTimeMs: seq * 1_000, payload: { $case: "log", value } };
}

function sample(seq: number, wrong: Partial<MetricsSample>): Event {
  const value: MetricsSample = {
    windowMs: 1_000,
    offeredPerSec: 1,
    okPerSec: 1,
    errorPerSec: 0,
    inFlight: 0,
    latency: undefined,
    stations: [],
    links: [],
    costPerHour: 0,
    ...wrong,
  };
  return { seq, simTimeMs: seq * 1_000, payload: { $case: "sample", value } };
}

function batch(events: Event[], state: RunState = RunState.RUN_STATE_RUNNING): EventBatch {
  const atSeq = events.at(-1)?.seq ?? 0;
  const level = {
    state,
    speed: 1,
    atSeq,
    simTimeMs: atSeq * 1_000,
    progress: undefined,
    reason: "",
    wallTime: undefined,
  };
  return { events, level, rollingDigest: Buffer.from([atSeq]) };
}

describe("an engine that breaks the contract", () => {
  it.each<[string, (afterSeq: number) => EventBatch[]]>([
    ["leaves out events", () => [batch([log(1), log(3)])]],
    ["sends NaN", () => [batch([sample(1, { okPerSec: Number.NaN })])]],
    ["sends a negative rate", () => [batch([sample(1, { errorPerSec: -1 })])]],
    ["sends an infinite time", () => [batch([{ ...log(1), simTimeMs: Number.POSITIVE_INFINITY }])]],
    ["sends an event of an unknown kind", () => [batch([{ seq: 1, simTimeMs: 0, payload: undefined }])]],
    ["names an unknown state", () => [batch([], 77 as RunState)]],
    ["sends messages that are too large", () => [batch([log(1, "x".repeat(17 * 1024 * 1024))])]],
  ])("and %s fails the simulation after three breaches, and the run is stopped", async (_, batches) => {
    const { rig, engine, id } = await started({ batches });
    const simulation = await rig.until(id, ended);
    expect(simulation).toMatchObject({ status: "FAILED", failure: { code: "ENGINE_PROTOCOL" } });
    await expect.poll(() => engine.stops).toContain(id);
  });

  it("and repeats events has each stored once", async () => {
    const { rig, id } = await started({
      batches: () => [
        batch([log(1), log(2)]),
        batch([log(1), log(2), log(3)]),
        batch([log(2), log(3), log(4)]),
      ],
    });
    await rig.until(id, ({ run }) => run.engineSeq === 4);
    const stored = (await rig.events(id)).flatMap(({ engineSeq }) => engineSeq ?? []);
    expect(stored).toEqual([1, 2, 3, 4]);
  });

  it.each<[string, (end: Event) => EventBatch[]]>([
    ["in another batch", (end) => [batch([log(1), end]), batch([log(3)])]],
    ["in the same batch", (end) => [batch([log(1), end, log(3)])]],
  ])("and speaks after the end, %s, is not listened to", async (_, batches) => {
    const failed: Event = {
      seq: 2,
      simTimeMs: 2_000,
      payload: {
        $case: "failed",
        value: { code: "LIMIT_EXCEEDED", message: "too much", retryable: false, partial: undefined },
      },
    };
    const { rig, id } = await started({ batches: () => batches(failed) });
    expect(await rig.until(id, ended)).toMatchObject({
      status: "FAILED",
      failure: { code: "LIMIT_EXCEEDED" },
    });
    expect((await rig.events(id)).at(-1)).toMatchObject({
      body: { type: "STATUS_CHANGED", status: "FAILED" },
    });
  });
});

describe("an engine that refuses", () => {
  it("a config fails the simulation", async () => {
    const { rig, id } = await started({ refuseStart: () => status.INVALID_ARGUMENT });
    expect(await rig.until(id, ended)).toMatchObject({ failure: { code: "ENGINE_REFUSED" } });
  });

  it("for want of room sends the simulation back to the queue, with the reason", async () => {
    const { rig, id } = await started({ refuseStart: () => status.RESOURCE_EXHAUSTED });
    const queued = await rig.until(id, ({ waiting }) => waiting?.code === "ENGINE_FULL");
    expect(queued).toMatchObject({ status: "QUEUED", run: { owner: null } });
  });
});

describe("a stop", () => {
  it("while a start is under way that the engine then refuses ends the simulation", async () => {
    let refuse = () => {};
    const holdStart = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    const { rig, engine, id } = await started({ holdStart, refuseStart: () => status.RESOURCE_EXHAUSTED });
    await expect.poll(() => engine.starts.length).toBe(1);
    await rig.commands.stop(viewer, id);
    refuse();
    expect(await rig.until(id, ended)).toMatchObject({ status: "STOPPED", failure: null });
  });

  it("of a run that the engine has lost makes no new attempt", async () => {
    let lost = false;
    const { rig, engine, id } = await started({
      batches: () => [batch([log(1)])],
      end: true,
      forgetful: () => lost,
    });
    await rig.until(id, ({ run }) => run.engineSeq === 1);
    await rig.commands.stop(viewer, id);
    lost = true;
    expect(await rig.until(id, ended)).toMatchObject({ status: "STOPPED", attempt: 1 });
    expect(engine.starts).toHaveLength(1);
  });
});

describe("an engine that has lost a run and has no room", () => {
  it("is asked again for the same attempt, not for more and more of them", async () => {
    const { rig, engine, id } = await started({
      batches: () => [batch([log(1)])],
      end: true,
      forgetful: () => true,
      refuseStart: (starts) => (starts === 1 ? undefined : status.RESOURCE_EXHAUSTED),
    });
    await expect.poll(() => engine.starts.length, { timeout: 30_000 }).toBeGreaterThan(4);
    expect(await rig.until(id, ({ attempt }) => attempt === 2)).toMatchObject({ status: "RUNNING" });
    const attempts = (await rig.events(id)).filter(({ body }) => body.type === "ATTEMPT_STARTED");
    expect(attempts).toMatchObject([{ body: { attempt: 2, replay: true } }]);
  });
});

describe("an engine that cannot begin a run for some time", () => {
  it("loses the simulation to the queue, and the attempt's number is used up", async () => {
    const { rig, id } = await started({ refuseStart: () => status.UNAVAILABLE }, { startWithinMs: 300 });
    const queued = await rig.until(id, ({ waiting }) => waiting?.code === "ENGINE_UNAVAILABLE");
    expect(queued).toMatchObject({ status: "QUEUED", attempt: 2, staleReason: null, run: { owner: null } });
  });
});

describe("an engine that never answers", () => {
  it("makes the simulation stale, and a stop is confirmed when the orphan timeout has passed", async () => {
    const { rig, id } = await started({ hang: true }, { orphanTimeoutMs: 500, staleAfterMs: 0 });
    await rig.until(id, ({ staleReason }) => staleReason !== null);
    await rig.commands.stop(viewer, id);
    expect(await rig.until(id, ended)).toMatchObject({ status: "STOPPED" });
  });
});
