// An engine that dies for good, with another one beside it: the run goes on there, as if nothing had happened.
import { afterAll, expect, it } from "vitest";
import { type EngineChild, startEngineChild } from "../../src/clients/engine/child.ts";
import { isTerminal } from "../../src/core/simulation.ts";
import { developmentViewer as viewer } from "../../src/core/viewer.ts";
import { log, type Rig, startRig } from "../support/rig.ts";

let engines: EngineChild[] = [];
let rig: Rig | undefined;

afterAll(async () => {
  await rig?.close();
  await Promise.all(engines.map((engine) => engine.close()));
});

it("the run is replayed on the other engine, and ends with the report of an undisturbed run", async () => {
  engines = await Promise.all([startEngineChild(log), startEngineChild(log)]);
  const addresses = engines.map(({ address }) => address);
  rig = await startRig({ engines: addresses, settings: { orphanTimeoutMs: 4_000 } });
  const request = { designId: "hotel-reservation", speed: 5, duration: 60, seed: 9 };
  const { id } = await rig.commands.start(viewer, request);
  const running = await rig.until(id, ({ simulatedTime }) => simulatedTime >= 5);
  const dying = engines.find(({ address }) => address === running.run.engine);
  await dying?.close();

  const { store } = rig.database;
  const moved = await rig.until(id, ({ attempt, simulatedTime }) => attempt > 1 && simulatedTime >= 10);
  expect(addresses).toContain(moved.run.engine);
  expect(moved.run.engine).not.toBe(running.run.engine);
  await rig.commands.setSpeed(viewer, id, 0);
  const ended = await rig.until(id, ({ status }) => isTerminal(status));
  expect(ended).toMatchObject({ status: "COMPLETED", attempt: 2 });

  const { id: calm } = await rig.commands.start(viewer, { ...request, speed: 0 });
  await rig.until(calm, ({ status }) => isTerminal(status));
  const reports = await Promise.all(
    [id, calm].map(async (one) => (await store.documents(viewer, one))?.report),
  );
  expect(reports[0]).toEqual(reports[1]);
});
