// Gauges of parts that do not know a meter.
import type { Meter } from "../core/ports/meter.ts";
import type { EngineWatch } from "../orchestrator/engine-watch.ts";
import type { Ownership } from "../orchestrator/owner/ownership.ts";

export function gaugeEngines(meter: Meter, engines: EngineWatch): void {
  meter.gauge("simulations_engines", { state: "answering" }, () => engines.available().length);
  meter.gauge("simulations_engines", { state: "placeable" }, () => engines.placeable().length);
}

export function gaugeOwnership(meter: Meter, ownership: Ownership): void {
  meter.gauge("simulations_owned", {}, () => ownership.size);
  meter.gauge("simulations_lease_held", {}, () => (ownership.isLiving ? 1 : 0));
}

export function gaugeDatabase(meter: Meter, ping: () => Promise<void>): void {
  meter.gauge("simulations_database_up", {}, () =>
    ping().then(
      () => 1,
      () => 0,
    ),
  );
}

type Circuit = "closed" | "half-open" | "open";

const openness: Readonly<Record<Circuit, number>> = { closed: 0, "half-open": 0.5, open: 1 };

/** Gauges the breaker of the Design Service; the result is to be told of its changes. */
export function gaugeBreaker(meter: Meter): (state: Circuit) => void {
  let now: Circuit = "closed";
  meter.gauge("simulations_breaker_open", { breaker: "designs" }, () => openness[now]);
  return (state) => {
    now = state;
  };
}
