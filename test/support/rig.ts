// The orchestration core on a real database, bus and engine, without the API in front.
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { fileDesigns } from "../../src/clients/designs/files.ts";
import { connectFleet } from "../../src/clients/engine/fleet.ts";
import type { SimulationEvent } from "../../src/core/events.ts";
import type { BusListener } from "../../src/core/ports/bus.ts";
import type { DesignSource } from "../../src/core/ports/designs.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { developmentViewer } from "../../src/core/viewer.ts";
import { createMemoryBus } from "../../src/memory/bus.ts";
import { CommandService } from "../../src/orchestrator/command-service.ts";
import { EngineWatch } from "../../src/orchestrator/engine-watch.ts";
import { Ledger } from "../../src/orchestrator/ledger.ts";
import { Ownership } from "../../src/orchestrator/owner/ownership.ts";
import { DesignPreparation } from "../../src/orchestrator/prepare.ts";
import { Scheduler } from "../../src/orchestrator/scheduler.ts";
import { defaultSettings, type OrchestratorSettings } from "../../src/orchestrator/settings.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { serverDatabase, type TestDatabase } from "./postgres.ts";

export const log = pino({ level: process.env.TEST_LOG_LEVEL ?? "silent" });
const shippedDesigns = fileURLToPath(new URL("../../designs", import.meta.url));

export interface Rig {
  readonly commands: CommandService;
  readonly database: OpenDatabase;
  readonly ownership: Ownership;
  /** Resolves with the first state for which the condition holds. */
  until(id: string, holds: (simulation: Simulation) => boolean): Promise<Simulation>;
  /** The whole log. */
  events(id: string): Promise<readonly SimulationEvent[]>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly engines: readonly string[];
  /** Left out: a new one on the run's Postgres server. */
  readonly on?: TestDatabase;
  readonly designs?: DesignSource;
  readonly settings?: Partial<OrchestratorSettings>;
  /** What the orchestration sees instead of the database's own store and leases. */
  readonly through?: (
    database: Pick<OpenDatabase, "store" | "leases">,
  ) => Pick<OpenDatabase, "store" | "leases">;
}

export async function startRig({
  engines: addresses,
  on,
  designs,
  settings: some,
  through = (itself) => itself,
}: RigOptions): Promise<Rig> {
  const home = on ?? (await serverDatabase());
  const database = await home.open();
  const bus = createMemoryBus({ log });
  const fleet = connectFleet(addresses, database.installation);
  const source = designs ?? fileDesigns(shippedDesigns, log);
  const settings = { ...defaultSettings, replica: randomUUID(), ...some };
  const { store, leases } = through(database);
  const ledger = new Ledger(store, bus);
  const engines = new EngineWatch(fleet, log, () => scheduler.nudge());
  const preparation = new DesignPreparation(source, engines);
  const scheduler = new Scheduler({ store, leases, ledger, bus, preparation, engines, settings, log });
  const failpoint = () => {};
  const ownership = new Ownership({ store, leases, ledger, bus, fleet, engines, settings, log, failpoint });
  await ownership.start();
  scheduler.start();

  return {
    commands: new CommandService({ store, ledger, preparation, settings }),
    database,
    ownership,
    async until(id, holds) {
      return new Promise<Simulation>((resolve, reject) => {
        const look = async () => {
          const simulation = await database.store.get(developmentViewer, id);
          if (simulation === null) throw new Error(`There is no simulation ${id}.`);
          if (holds(simulation)) resolve(simulation);
        };
        const listener: BusListener = { notice: () => void look().catch(reject), gap: () => {} };
        void bus.subscribe(id, listener).then(look).catch(reject);
      });
    },
    async events(id) {
      const all: SimulationEvent[] = [];
      for (;;) {
        const page = await database.store.events(developmentViewer, id, { after: all.length, limit: 1_000 });
        if (page === null || page.length === 0) return all;
        all.push(...page);
      }
    },
    async close() {
      await scheduler.stop();
      await ownership.drain();
      await engines.stop();
      await fleet.close();
      await source.close();
      await bus.close();
      await database.close();
      await home.drop();
    },
  };
}
