import type { DeepPartial } from "../../../src/gen/architech/engine/v1/engine.ts";
import { SimulationConfig } from "../../../src/gen/architech/engine/v1/engine.ts";

/**
 * Poisson requests at one station with 4 slots, half busy: the least that every engine can run. A numbered
 * sample per second of simulated time, so that an hour is 3,600 of them and a fraction of a second of work.
 */
export function shop(control: DeepPartial<SimulationConfig["control"]> = {}): SimulationConfig {
  return SimulationConfig.fromPartial({
    version: 1,
    stations: [
      {
        id: "api",
        replicas: 1,
        slots: 4,
        queueCapacity: 1_000,
        discipline: 1,
        balance: 1,
        operations: [
          {
            name: "default",
            steps: [{ kind: { $case: "work", value: { kind: { $case: "exponentialMeanMs", value: 100 } } } }],
          },
        ],
      },
    ],
    links: [{ id: "users>api", from: "users", to: "api" }],
    sources: [
      {
        id: "users",
        targetLink: "users>api",
        mix: [{ operation: "", weight: 1 }],
        kind: { $case: "open", value: { process: "poisson", startPerSec: 20 } },
      },
    ],
    control: { horizonMs: 60_000, sampleIntervalMs: 1_000, seed: 7, replications: 1, ...control },
  });
}

/** A fault that the shop feels: its work takes twice as long from here to the end. */
export const slowApi = { id: "slow-api", kind: "slow", target: "api", atMs: 0, durationMs: 0, amount: 2 };

export const secondMs = 1_000;
export const hourMs = 3_600_000;
