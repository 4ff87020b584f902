// Drives one simulation for as long as this replica owns it: a follower and a steering, and afterwards the
// tidying up of the engine.
import { messageOf } from "../../core/errors.ts";
import type { Engine, EngineFleet } from "../../core/ports/engines.ts";
import type { Log } from "../../core/ports/log.ts";
import type { EngineConfig, SimulationStore } from "../../core/ports/store.ts";
import { noTracer, type Tracer } from "../../core/ports/tracer.ts";
import { serviceViewer } from "../../core/viewer.ts";
import type { EngineWatch } from "../engine-watch.ts";
import { Backoff } from "../loop.ts";
import type { OrchestratorSettings } from "../settings.ts";
import { Follower } from "./follow.ts";
import type { HeldSimulation } from "./held.ts";
import { Steering } from "./steer.ts";

export interface DriveParts {
  readonly store: SimulationStore;
  readonly fleet: EngineFleet;
  readonly engines: EngineWatch;
  readonly settings: OrchestratorSettings;
  readonly log: Log;
  readonly failpoint: (name: "before_attach") => void;
  readonly tracer?: Tracer;
}

/** Ends when the simulation has, or by the signal. Throws Fenced when another owner has taken over. */
export async function drive(held: HeldSimulation, parts: DriveParts, signal: AbortSignal): Promise<void> {
  const engine = engineOf(held, parts.fleet);
  const config = await configOf(held, parts, signal);
  if (config === null) return;
  const { engines, settings, failpoint, tracer = noTracer } = parts;
  const log = parts.log.child({ simulationId: held.id, token: held.token });
  const follower = new Follower({ held, engine, engines, config, settings, log, failpoint, tracer });
  const steering = new Steering({ held, engine, log, orphanTimeoutMs: settings.orphanTimeoutMs });

  const both = new AbortController();
  const all = AbortSignal.any([signal, both.signal]);
  const tasks = [follower.run(all), steering.run(all)].map((task) => task.finally(() => both.abort()));
  const results = await Promise.allSettled(tasks);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  if (held.ended) await tidyUp(held, engine, log);
}

// A run keeps its engine. One that this replica does not know any more (an embedded engine that came back on
// another port) is lost, and any other may take the run.
function engineOf(held: HeldSimulation, fleet: EngineFleet): Engine {
  const address = held.simulation.run.engine;
  const engine = (address === null ? undefined : fleet.get(address)) ?? fleet.engines[0];
  if (engine === undefined) throw new Error("There is no engine.");
  return engine;
}

async function configOf(
  held: HeldSimulation,
  { store, log }: DriveParts,
  signal: AbortSignal,
): Promise<EngineConfig | null> {
  const backoff = new Backoff(100, 2_000);
  while (!signal.aborted) {
    try {
      const documents = await store.documents(serviceViewer, held.id);
      if (documents?.engineConfig !== undefined) return documents.engineConfig;
      throw new Error(`Simulation ${held.id} was admitted without an engine config.`);
    } catch (error) {
      log.warn({ simulationId: held.id, reason: messageOf(error) }, "The engine config cannot be read yet.");
      await held.news(backoff.nextMs(), signal);
    }
  }
  return null;
}

// Whatever is left undone here is found by the reconciliation.
async function tidyUp(held: HeldSimulation, engine: Engine, log: Log): Promise<void> {
  if (held.simulation.attempt === 0) return;
  try {
    await engine.stop(held.runKey(), "The simulation has ended.");
    await engine.forget(held.runKey());
  } catch (error) {
    log.debug({ reason: messageOf(error) }, "The engine run is left to the reconciliation.");
  }
}
