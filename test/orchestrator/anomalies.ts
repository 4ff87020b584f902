// Simulations on a store of which a call fails, each played by the same story and looked at when it has ended.
import { randomUUID } from "node:crypto";
import { expect, vi } from "vitest";
import { connectFleet } from "../../src/clients/engine/fleet.ts";
import { ServiceError } from "../../src/core/errors.ts";
import type { SimulationEvent } from "../../src/core/events.ts";
import type { EngineFleet } from "../../src/core/ports/engines.ts";
import { isTerminal, type Simulation } from "../../src/core/simulation.ts";
import { developmentViewer as viewer } from "../../src/core/viewer.ts";
import type { Commands, StartRequest } from "../../src/orchestrator/commands.ts";
import { type Failure, FaultyCalls } from "../support/faulty-store.ts";
import { type Rig, startRig } from "../support/rig.ts";

/** What is done with a simulation once it has been started. */
export interface Story {
  readonly request: StartRequest;
  play(act: Acting): Promise<void>;
}

export interface Acting {
  /** Looks at the row itself until it is so. */
  until(holds: (simulation: Simulation) => boolean): Promise<Simulation>;
  /** Asked again for as long as the answer is that nobody knows. */
  ask(what: (commands: Commands, id: string) => Promise<Simulation>): Promise<Simulation>;
}

/** One replica on a database of its own. */
export class Bench {
  readonly #calls: FaultyCalls;
  readonly #rig: Rig;
  readonly #fleet: EngineFleet;

  static async open(engine: string): Promise<Bench> {
    const calls = new FaultyCalls();
    const rig = await startRig({
      engines: [engine],
      settings: { scanEveryMs: 100, staleAfterMs: 0 },
      through: (database) => calls.wrap(database),
    });
    return new Bench(calls, rig, connectFleet([engine], rig.database.installation));
  }

  private constructor(calls: FaultyCalls, rig: Rig, fleet: EngineFleet) {
    this.#calls = calls;
    this.#rig = rig;
    this.#fleet = fleet;
  }

  /** Until the simulation has ended and the engine has nothing of it. Throws where that takes too long. */
  async run(story: Story, failure: Failure | null): Promise<Ran> {
    const { commands, database } = this.#rig;
    const { store } = database;
    const mark = randomUUID();
    this.#calls.arm(failure);
    const request = { ...story.request, idempotencyKey: mark, labels: { mark } };
    const { id } = await untilKnown(() => commands.start(viewer, request));
    const until: Acting["until"] = (holds) =>
      vi.waitFor(
        async () => {
          const simulation = await store.get(viewer, id);
          if (simulation === null || !holds(simulation)) {
            throw new Error(`It is not so yet: ${simulation?.status}, ${simulation?.desiredStatus}.`);
          }
          return simulation;
        },
        { interval: 5, timeout: 20_000 },
      );
    await story.play({ until, ask: (what) => untilKnown(() => what(commands, id)) });
    const simulation = await until(({ status }) => isTerminal(status));
    await this.#noRunIsLeft(id);
    const { failed, calls } = this.#calls.disarm();
    const events = await this.#rig.events(id);
    const report = (await store.documents(viewer, id))?.report ?? null;
    return {
      simulation,
      events,
      report,
      failed,
      calls,
      made: await store.count(viewer, { labels: { mark } }),
    };
  }

  async close(): Promise<void> {
    await this.#fleet.close();
    await this.#rig.close();
  }

  async #noRunIsLeft(id: string): Promise<void> {
    const listed = async () => {
      const runs = await Promise.all(this.#fleet.engines.map((engine) => engine.list()));
      expect(runs.flat().filter(({ simulationId }) => simulationId === id)).toEqual([]);
    };
    await vi.waitFor(listed, { interval: 5, timeout: 20_000 });
  }
}

export interface Ran {
  readonly simulation: Simulation;
  readonly events: readonly SimulationEvent[];
  readonly report: unknown;
  /** The calls that failed, and all there were, by method. */
  readonly failed: readonly string[];
  readonly calls: ReadonlyMap<string, number>;
  /** Simulations that the one key made. */
  readonly made: number;
}

/** What the engine said, without where it came to stand in the log. */
export function engineSaid({ events }: Ran): unknown[] {
  return events.flatMap(({ engineSeq, simulatedTime, body }) =>
    engineSeq === null ? [] : [{ engineSeq, simulatedTime, body }],
  );
}

async function untilKnown<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ServiceError && error.code === "UNAVAILABLE")) throw error;
    }
  }
}
