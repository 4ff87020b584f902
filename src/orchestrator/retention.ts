// Retention in the background: metrics of simulations that ended long ago make room. Status events, logs and
// reports stay.
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import { type Loop, startLoop } from "./loop.ts";

const batch = 2_000;
/** Between two batches, so that live work goes first. */
const betweenMs = 50;
const everyMs = 60_000;

export interface RetentionParts {
  readonly store: SimulationStore;
  readonly log: Log;
  /** Metrics are kept this long after the end of their simulation, ms. */
  readonly keepMetricsMs: number;
}

export function startRetention({ store, log, keepMetricsMs }: RetentionParts): Loop {
  return startLoop(
    async () => {
      const removed = await store.dropMetrics(new Date(Date.now() - keepMetricsMs), batch);
      return removed === null ? everyMs : betweenMs;
    },
    (error) => {
      log.warn({ reason: messageOf(error) }, "Retention failed; trying again.");
      return everyMs;
    },
  );
}
