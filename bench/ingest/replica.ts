// A replica, as far as it stores what engines say: from the batch in memory (or the engine's stream), by the owner's
// hand on the simulation, through ledger and store, out to the bus.
import { connectFleet } from "../../src/clients/engine/fleet.ts";
import { type Meter, noMeter } from "../../src/core/ports/meter.ts";
import { createMemoryBus } from "../../src/memory/bus.ts";
import { Ledger } from "../../src/orchestrator/ledger.ts";
import { HeldSimulation } from "../../src/orchestrator/owner/held.ts";
import { record } from "../../src/orchestrator/owner/record.ts";
import { openDatabase } from "../../src/postgres/open.ts";
import { createRedisBus } from "../../src/redis/bus.ts";
import { observedStore } from "../../src/telemetry/store.ts";
import { quietLog } from "../../test/support/simulations.ts";
import { followEngine } from "./follow.ts";
import { type Saturated, type Steady, saturate, steadily } from "./load.ts";
import { programOptions, serve } from "./program.ts";
import { batchOf, sampleBodies } from "./samples.ts";
import { createRunning, owner, token } from "./simulations.ts";

export interface ReplicaOptions {
  /** Left out: embedded, in `dataDir`. */
  readonly url?: string;
  readonly dataDir: string;
  /** Left out: the bus of one process. */
  readonly redisUrl?: string;
  readonly simulations: number;
  /** host:port of an engine to follow; left out: batches come from memory. */
  readonly engine?: string;
}

export type ReplicaOrder =
  | { readonly kind: "saturate"; readonly inFlight: number; readonly seconds: number }
  | { readonly kind: "steady"; readonly perSecond: number; readonly seconds: number };

export interface ReplicaAnswer extends Saturated, Steady {
  /** Of one transaction, on average. */
  readonly rows: number;
  /** That could not be sent. */
  readonly dropped: number;
  /** Notices of one simulation that were heard, and its events that were stored: the same number. */
  readonly heard: number;
  readonly stored: number;
}

const options = programOptions<ReplicaOptions>();
const { url, dataDir, redisUrl, simulations: many, engine } = options;
const log = quietLog();
const commits = { transactions: 0, changes: 0 };
const meter: Meter = {
  ...noMeter,
  observe(name, _labels, value) {
    if (name !== "simulations_commit_changes") return;
    commits.transactions += 1;
    commits.changes += value;
  },
};

const database = await openDatabase({ dataDir, log, meter, ...(url === undefined ? {} : { url }) });
const { installation } = database;
let dropped = 0;
const count = () => {
  dropped += 1;
};
const living = async () => new Set<string>();
const bus =
  redisUrl === undefined
    ? createMemoryBus({ log })
    : createRedisBus({ url: redisUrl, installation, replica: owner, living, dropped: count, log });
const store = observedStore(database.store, meter, undefined);
const ledger = new Ledger(store, bus);

const created = await createRunning(database.store, many, engine ?? "localhost:1");
const held = created.map((simulation) => new HeldSimulation(ledger, owner, simulation, token));
const bodies = sampleBodies();
const digests = bodies.map((_, index) => new Uint8Array(32).fill(index));

// What every replica listens to, and one simulation that is watched.
let heard = 0;
const watched = held[0];
await bus.subscribeAll({ notice() {}, gap() {} });
await bus.subscribe(watched?.id ?? "", {
  notice({ events }) {
    heard += events.length;
  },
  gap() {},
});

let turned = 0;
async function storeNext(place: number): Promise<void> {
  const simulation = held[place];
  const body = bodies[turned % bodies.length];
  const digest = digests[turned % bodies.length];
  turned += 1;
  if (simulation === undefined || body === undefined || digest === undefined) return;
  const batch = batchOf(body, simulation.simulation.run.engineSeq + 1, digest);
  const result = await simulation.change((before) => record(before, batch));
  if ("refused" in result) throw new Error("A batch was refused.");
}

const fleet = engine === undefined ? undefined : connectFleet([engine], installation);

async function load(order: ReplicaOrder): Promise<Partial<Saturated & Steady>> {
  if (order.kind === "steady") return steadily(storeNext, many, order.perSecond, order.seconds);
  if (fleet === undefined) return saturate(storeNext, many, order.inFlight, order.seconds);
  return followEngine(held.slice(0, order.inFlight), fleet, order.seconds);
}

async function answer(order: ReplicaOrder): Promise<ReplicaAnswer> {
  commits.transactions = 0;
  commits.changes = 0;
  dropped = 0;
  const heardBefore = heard;
  const seqBefore = watched?.simulation.lastSeq ?? 0;
  const done = await load(order);
  const stored = (watched?.simulation.lastSeq ?? 0) - seqBefore;
  // The last notices are still on their way.
  for (let looked = 0; looked < 100 && heard - heardBefore < stored; looked += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const rows = commits.changes / Math.max(1, commits.transactions);
  const nothing = { events: 0, seconds: 0, p50: 0, p99: 0 };
  return { ...nothing, ...done, rows, dropped, heard: heard - heardBefore, stored };
}

await serve(answer, async () => {
  await fleet?.close();
  await bus.close();
  await database.close();
});
