import type pg from "pg";
import type { LabelsOf } from "../core/metrics.ts";
import type { Meter } from "../core/ports/meter.ts";

export type PoolName = LabelsOf<"simulations_database_connections">["pool"];

/** How many connections of a pool are in use, and how many requests wait for one. */
export function gaugePool(meter: Meter, pool: PoolName, connections: pg.Pool): void {
  const name = "simulations_database_connections";
  meter.gauge(name, { pool, state: "busy" }, () => connections.totalCount - connections.idleCount);
  meter.gauge(name, { pool, state: "idle" }, () => connections.idleCount);
  meter.gauge(name, { pool, state: "waiting" }, () => connections.waitingCount);
}
