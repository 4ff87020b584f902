// The orchestration core with the real engine and the embedded database.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EngineChild, startEngineChild } from "../../src/clients/engine/child.ts";
import { ServiceError } from "../../src/core/errors.ts";
import { isTerminal } from "../../src/core/simulation.ts";
import { developmentViewer as viewer } from "../../src/core/viewer.ts";
import { WrittenSample } from "../../src/core/written-sample.ts";
import { embeddedDatabase } from "../support/postgres.ts";
import { log, type Rig, startRig } from "../support/rig.ts";

let engine: EngineChild;
let rig: Rig;

beforeAll(async () => {
  engine = await startEngineChild(log);
  rig = await startRig({ engines: [engine.address], on: await embeddedDatabase() });
});

afterAll(async () => {
  await rig.close();
  await engine.close();
});

const ended = (simulation: { status: Parameters<typeof isTerminal>[0] }) => isTerminal(simulation.status);

describe("a run", () => {
  it("goes from QUEUED to COMPLETED with a dense log and a report", async () => {
    const { id } = await rig.commands.start(viewer, { designId: "online-boutique", speed: 0, duration: 30 });
    const simulation = await rig.until(id, ended);
    expect(simulation).toMatchObject({ status: "COMPLETED", failure: null, progress: 1, simulatedTime: 30 });

    const events = await rig.events(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const statuses = events.flatMap(({ body }) => (body.type === "STATUS_CHANGED" ? [body.status] : []));
    expect(statuses).toEqual(["QUEUED", "STARTING", "RUNNING", "COMPLETED"]);
    const samples = events.flatMap(({ body }) => (body.type === "METRICS_SAMPLED" ? [body] : []));
    expect(samples).toHaveLength(30);
    // As an engine's samples are written, their values are found in the text.
    for (const sample of samples) expect(sample instanceof WrittenSample && sample.bytes).toBeTruthy();

    const documents = await rig.database.store.documents(viewer, id);
    expect(documents?.report?.requests).toBeGreaterThan(0);
    expect(documents?.report?.assumptions.length).toBeGreaterThan(0);
  });

  it("holds at a point in simulated time and goes on from there", async () => {
    const { id } = await rig.commands.start(viewer, { designId: "mm1", speed: 20, duration: 60 });
    await rig.until(id, ({ simulatedTime }) => simulatedTime >= 2);
    await rig.commands.pause(viewer, id);
    const paused = await rig.until(id, ({ status }) => status === "PAUSED");
    const before = await rig.events(id);
    await rig.commands.setSpeed(viewer, id, 0);
    await rig.until(id, ({ speed }) => speed === 0);
    const held = await rig.events(id);
    expect(held.slice(before.length).map(({ body }) => body.type)).toEqual([
      "SPEED_CHANGED",
      "SPEED_CHANGED",
    ]);
    expect(Math.max(...held.map(({ simulatedTime }) => simulatedTime))).toBe(paused.simulatedTime);

    await rig.commands.resume(viewer, id);
    expect(await rig.until(id, ended)).toMatchObject({ status: "COMPLETED" });
  });

  it("starts paused when it was paused in the queue", async () => {
    const { id } = await rig.commands.start(viewer, {
      designId: "mm1",
      speed: 0,
      duration: 60,
      startPaused: true,
    });
    const paused = await rig.until(id, ({ status }) => status === "PAUSED");
    expect(paused).toMatchObject({ simulatedTime: 0, progress: 0 });
    await rig.commands.resume(viewer, id);
    expect(await rig.until(id, ended)).toMatchObject({ status: "COMPLETED" });
    const events = await rig.events(id);
    const statuses = events.flatMap(({ body }) => (body.type === "STATUS_CHANGED" ? [body.status] : []));
    expect(statuses).toEqual(["QUEUED", "STARTING", "PAUSED", "PAUSED", "RUNNING", "COMPLETED"]);
  });

  it("ends by a stop, and stores nothing that is said afterwards", async () => {
    const { id } = await rig.commands.start(viewer, { designId: "mm1", speed: 10, duration: 3_000 });
    await rig.until(id, ({ status }) => status === "RUNNING");
    await rig.commands.stop(viewer, id);
    const stopped = await rig.until(id, ended);
    expect(stopped).toMatchObject({ status: "STOPPED", desiredStatus: "STOPPED", failure: null });
    expect((await rig.events(id)).at(-1)).toMatchObject({
      seq: stopped.lastSeq,
      body: { status: "STOPPED" },
    });
    await expect(rig.commands.pause(viewer, id)).rejects.toMatchObject({ code: "INVALID_TRANSITION" });
    expect(await rig.commands.stop(viewer, id)).toMatchObject({ status: "STOPPED" });
  });

  it("fails when it has run for longer than its bound", async () => {
    const { id } = await rig.commands.start(viewer, {
      designId: "mm1",
      speed: 1,
      duration: 600,
      maxWallTime: 1,
    });
    expect(await rig.until(id, ended)).toMatchObject({
      status: "FAILED",
      failure: { code: "WALL_TIME_EXCEEDED" },
    });
  });

  it("is stopped when it was held for longer than its bound", async () => {
    const { id } = await rig.commands.start(viewer, {
      designId: "mm1",
      speed: 1,
      maxPause: 1,
      startPaused: true,
    });
    expect(await rig.until(id, ended)).toMatchObject({ status: "STOPPED", failure: null });
  });
});

describe("a start", () => {
  it("with one key, a hundred times at once, makes one simulation and one engine run", async () => {
    const request = { designId: "mm1", speed: 0, duration: 10, idempotencyKey: "once" };
    const started = await Promise.all(Array.from({ length: 100 }, () => rig.commands.start(viewer, request)));
    const ids = new Set(started.map(({ id }) => id));
    expect(ids.size).toBe(1);
    const [id = ""] = ids;
    const simulation = await rig.until(id, ended);
    expect(simulation).toMatchObject({ status: "COMPLETED", attempt: 1 });
    await expect(
      rig.commands.start(viewer, { ...request, speed: 5, seed: 3, maxPause: 60 }),
    ).rejects.toMatchObject({
      code: "IDEMPOTENCY_CONFLICT",
      details: { simulationId: id, fields: ["seed", "speed", "maxPause"] },
    });
  });

  it.each([
    [{ designId: "no-such-design", speed: 1 }, "DESIGN_NOT_FOUND"],
    [{ designId: "mm1", speed: -1 }, "BAD_INPUT"],
    [{ designId: "mm1", speed: Number.NaN }, "BAD_INPUT"],
    [{ designId: "mm1", speed: 1, duration: 0 }, "BAD_INPUT"],
    [{ designId: "mm1", speed: 1, idempotencyKey: "" }, "BAD_INPUT"],
    [{ designId: "mm1", speed: 1, labels: { "": "x" } }, "BAD_INPUT"],
  ])("of %j is refused", async (request, code) => {
    const refused = rig.commands.start(viewer, request);
    await expect(refused).rejects.toBeInstanceOf(ServiceError);
    await expect(refused).rejects.toMatchObject({ code });
  });
});
