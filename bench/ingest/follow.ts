// The batches come by gRPC from an engine that always has more: the owner's own follower takes them, and acknowledges
// what is stored.
import { setTimeout as delay } from "node:timers/promises";
import type { EngineFleet } from "../../src/core/ports/engines.ts";
import { noTracer } from "../../src/core/ports/tracer.ts";
import { SimulationConfig } from "../../src/gen/architech/engine/v1/engine.ts";
import { EngineWatch } from "../../src/orchestrator/engine-watch.ts";
import { Follower } from "../../src/orchestrator/owner/follow.ts";
import type { HeldSimulation } from "../../src/orchestrator/owner/held.ts";
import { defaultSettings } from "../../src/orchestrator/settings.ts";
import { quietLog } from "../../test/support/simulations.ts";
import type { Saturated } from "./load.ts";
import { componentIds } from "./samples.ts";

const config = {
  encoded: SimulationConfig.encode(SimulationConfig.fromPartial({})).finish(),
  digest: new Uint8Array(32),
  stations: componentIds,
  assumptions: [],
  warnings: [],
  features: [],
};

/** Follows them all for so long. */
export async function followEngine(
  simulations: readonly HeldSimulation[],
  fleet: EngineFleet,
  seconds: number,
): Promise<Saturated> {
  const [engine] = fleet.engines;
  if (engine === undefined) throw new Error("There is no engine.");
  const log = quietLog();
  const engines = new EngineWatch(fleet, log, () => {});
  const settings = { ...defaultSettings, replica: "r1" };
  const ending = new AbortController();
  const stored = () => simulations.reduce((sum, { simulation }) => sum + simulation.lastSeq, 0);
  const before = stored();
  const begunAt = performance.now();
  const following = simulations.map((held) =>
    new Follower({
      held,
      engine,
      engines,
      config,
      settings,
      log,
      failpoint: () => {},
      tracer: noTracer,
    }).run(ending.signal),
  );
  await delay(seconds * 1_000);
  ending.abort();
  await Promise.all(following);
  await engines.stop();
  if (log.errors > 0) throw new Error("Following has failed.");
  return { events: stored() - before, seconds: (performance.now() - begunAt) / 1_000 };
}
