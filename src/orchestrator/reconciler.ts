// Compares what runs on the engines with what should: runs whose simulation has ended, or that a later attempt
// has replaced, are stopped and forgotten. What is not known here is left alone.
import { messageOf } from "../core/errors.ts";
import type { Engine, EngineFleet, EngineRunInfo } from "../core/ports/engines.ts";
import type { Log } from "../core/ports/log.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import { isTerminal, type Simulation } from "../core/simulation.ts";
import { serviceViewer } from "../core/viewer.ts";
import { type Loop, startLoop } from "./loop.ts";

const everyMs = 15_000;
const lookUpBatch = 200;

export interface ReconcilerParts {
  readonly store: SimulationStore;
  readonly fleet: EngineFleet;
  readonly log: Log;
}

export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #loop: Loop;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#loop = startLoop(
      () => this.reconcile().then(() => everyMs),
      (error) => {
        parts.log.debug({ reason: messageOf(error) }, "Reconciliation failed; trying again.");
        return everyMs;
      },
    );
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async reconcile(): Promise<void> {
    await Promise.allSettled(this.#parts.fleet.engines.map((engine) => this.#reconcileEngine(engine)));
  }

  async #reconcileEngine(engine: Engine): Promise<void> {
    const runs = await engine.list();
    for (let at = 0; at < runs.length; at += lookUpBatch) {
      const some = runs.slice(at, at + lookUpBatch);
      const simulations = await this.#parts.store.getMany(
        serviceViewer,
        some.map(({ simulationId }) => simulationId),
      );
      for (const [index, run] of some.entries())
        await this.#reconcileRun(engine, run, simulations[index] ?? null);
    }
  }

  async #reconcileRun(engine: Engine, run: EngineRunInfo, simulation: Simulation | null): Promise<void> {
    if (simulation === null) return;
    const superseded = run.attempt < simulation.attempt;
    if (!superseded && !isTerminal(simulation.status)) return;
    try {
      await this.#endRun(engine, run, simulation, superseded);
    } catch (error) {
      // One run that cannot be ended keeps no other from being looked at.
      this.#parts.log.debug(
        { simulationId: run.simulationId, reason: messageOf(error) },
        "A run is left for later.",
      );
    }
  }

  async #endRun(
    engine: Engine,
    run: EngineRunInfo,
    simulation: Simulation,
    superseded: boolean,
  ): Promise<void> {
    const key = { simulationId: run.simulationId, attempt: run.attempt, token: simulation.run.fencingToken };
    await engine.stop(key, superseded ? "Superseded by a later attempt." : "The simulation has ended.");
    await engine.forget(key);
    this.#parts.log.info(
      { simulationId: run.simulationId, attempt: run.attempt },
      "Stopped a run that should not be.",
    );
  }
}
