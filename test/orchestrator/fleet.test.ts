// Several engines, and several installations on one of them.
import { afterEach, expect, it } from "vitest";
import { connectFleet } from "../../src/clients/engine/fleet.ts";
import { isTerminal } from "../../src/core/simulation.ts";
import { developmentViewer as viewer } from "../../src/core/viewer.ts";
import { Reconciler } from "../../src/orchestrator/reconciler.ts";
import { EngineProcess } from "../engine/service/engine-process.ts";
import { log, type Rig, type RigOptions, startRig } from "../support/rig.ts";

let engines: EngineProcess[] = [];
let rigs: Rig[] = [];

afterEach(async () => {
  await Promise.all(rigs.map((rig) => rig.close()));
  await Promise.all(engines.map((engine) => engine.end()));
  [engines, rigs] = [[], []];
});

async function engine(...args: string[]): Promise<EngineProcess> {
  const started = await EngineProcess.start(...args);
  engines.push(started);
  return started;
}

async function rig(on: readonly EngineProcess[], settings: RigOptions["settings"] = {}): Promise<Rig> {
  const started = await startRig({ engines: on.map(({ address }) => address), settings });
  rigs.push(started);
  return started;
}

const request = { designId: "mm1", speed: 5, duration: 120, seed: 9 };

it("an engine that drains gives its runs to another at once, with the report of an undisturbed run", async () => {
  const [one, other] = [await engine("--drain-ms", "100"), await engine("--drain-ms", "100")];
  const { commands, until, database } = await rig([one, other], { orphanTimeoutMs: 600_000 });
  const { id } = await commands.start(viewer, request);
  const running = await until(id, ({ simulatedTime }) => simulatedTime >= 3);
  const draining = running.run.engine === one.address ? one : other;
  draining.child.kill("SIGTERM");
  const moved = await until(id, ({ attempt, simulatedTime }) => attempt === 2 && simulatedTime >= 6);
  expect(moved.run.engine).toBe((draining === one ? other : one).address);
  await commands.setSpeed(viewer, id, 0);
  await until(id, ({ status }) => isTerminal(status));
  const { id: calm } = await commands.start(viewer, { ...request, speed: 0 });
  await until(calm, ({ status }) => isTerminal(status));
  const reportOf = async (one: string) => (await database.store.documents(viewer, one))?.report;
  expect(await reportOf(id)).toEqual(await reportOf(calm));
});

it("two installations on one engine never touch each other's runs", async () => {
  const shared = await engine();
  const [ours, theirs] = [await rig([shared]), await rig([shared])];
  const start = async ({ commands, until }: Rig) => {
    const { id } = await commands.start(viewer, request);
    await until(id, ({ status }) => status === "RUNNING");
    return id;
  };
  const [own, stopped, other] = [await start(ours), await start(ours), await start(theirs)];
  const runsOf = async ({ database }: Rig) => {
    const fleet = connectFleet([shared.address], database.installation);
    const reconciler = new Reconciler({ store: database.store, fleet, log });
    await reconciler.reconcile();
    await reconciler.stop();
    const runs = await fleet.engines[0]?.list();
    await fleet.close();
    return (runs ?? []).map(({ simulationId }) => simulationId).toSorted();
  };
  expect(await runsOf(theirs)).toEqual([other]);
  await ours.commands.stop(viewer, stopped);
  await ours.until(stopped, ({ status }) => status === "STOPPED");
  // Each installation reconciles with what it sees of the engine: nothing of the other's is ended.
  expect(await runsOf(theirs)).toEqual([other]);
  expect(await runsOf(ours)).toEqual([own]);
  for (const [{ commands, until }, id] of [
    [ours, own],
    [theirs, other],
  ] as const) {
    await commands.setSpeed(viewer, id, 0);
    expect(await until(id, ({ status }) => isTerminal(status))).toMatchObject({
      status: "COMPLETED",
      attempt: 1,
    });
  }
});

it("an engine with twice the room gets twice the runs, and a full one none", async () => {
  const [small, large] = [await engine("--capacity", "2"), await engine("--capacity", "4")];
  const { commands, until } = await rig([small, large]);
  const started = [];
  for (let count = 0; count < 7; count += 1) started.push(await commands.start(viewer, request));
  const running = await Promise.all(
    started.slice(0, 6).map(({ id }) => until(id, ({ status }) => status === "RUNNING")),
  );
  const on = (address: string) => running.filter(({ run }) => run.engine === address).length;
  expect([on(small.address), on(large.address)]).toEqual([2, 4]);
  const [first] = running;
  await commands.stop(viewer, first?.id ?? "");
  await until(started[6]?.id ?? "", ({ status }) => status === "RUNNING");
});
