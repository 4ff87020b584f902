// Simulations that run, in a database that is made for them.
import { v7 } from "uuid";
import type { NewSimulation, SimulationStore } from "../../src/core/ports/store.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { createdAtOf } from "../../src/core/simulation-id.ts";
import { serviceViewer } from "../../src/core/viewer.ts";
import { simulationOf } from "../../test/support/simulations.ts";

/** Whose they are: `simulationOf` says so. */
export const owner = "r1";
export const token = 1;

export async function createRunning(
  store: SimulationStore,
  many: number,
  engine: string,
): Promise<readonly Simulation[]> {
  const ids = Array.from({ length: many }, () => v7());
  // Some at a time.
  for (let made = 0; made < many; made += 50) {
    await Promise.all(ids.slice(made, made + 50).map((id) => store.create(draftOf(id, engine))));
  }
  const found = await store.getMany(serviceViewer, ids);
  return found.flatMap((simulation) => (simulation === null ? [] : [simulation]));
}

function draftOf(id: string, engine: string): NewSimulation {
  const blank = simulationOf(id);
  const simulation = {
    ...blank,
    duration: 1_000_000,
    labels: { team: "checkout", stage: "load" },
    createdAt: createdAtOf(id),
    startTime: new Date(),
    run: { ...blank.run, owner, fencingToken: token, engine, maxWallTime: 86_400 },
  };
  const { designId, projectId, seed, duration, speed, labels } = simulation;
  const asked = { designId, projectId, seed, duration, speed, labels, startPaused: false };
  const bounds = { maxWallTime: null, maxPause: null, maxQueueTime: null };
  return { simulation, input: { ...asked, ...bounds }, idempotencyKey: null, events: [], documents: {} };
}
