// What an event says, as clients ask for it and as the store holds it: the same fields, so that the two compare.
import type { EventType } from "../../src/core/events.ts";
import { hashOf } from "./history.ts";

interface Shape {
  /** In the API. */
  readonly name: string;
  /** Called the same in the API and in the stored body. */
  readonly fields: readonly string[];
}

const shapes: Readonly<Record<EventType, Shape>> = {
  STATUS_CHANGED: { name: "StatusChanged", fields: ["status", "previousStatus", "desiredStatus", "reason"] },
  SPEED_CHANGED: { name: "SpeedChanged", fields: ["speed", "desiredSpeed"] },
  METRICS_SAMPLED: {
    name: "MetricsSampled",
    fields: ["window", "progress", "throughput", "errorRate", "latencyP95", "inFlight"],
  },
  LOG_EMITTED: { name: "LogEmitted", fields: ["level", "code", "message", "componentId"] },
  FAULT_CHANGED: { name: "FaultChanged", fields: ["faultId", "kind", "phase", "value"] },
  ATTEMPT_STARTED: { name: "AttemptStarted", fields: ["attempt", "reason", "replay"] },
};

/** The selection of `simulationEvents`. */
export const selection = [
  "__typename seq at simulatedTime",
  ...Object.values(shapes).map(({ name, fields }) => `... on ${name} { ${fields.join(" ")} }`),
].join("\n  ");

const types: ReadonlyMap<string, EventType> = new Map([
  ["StatusChanged", "STATUS_CHANGED"],
  ["SpeedChanged", "SPEED_CHANGED"],
  ["MetricsSampled", "METRICS_SAMPLED"],
  ["LogEmitted", "LOG_EMITTED"],
  ["FaultChanged", "FAULT_CHANGED"],
  ["AttemptStarted", "ATTEMPT_STARTED"],
]);

/** Throws for what is no event of a log. */
export function typeNamed(name: string): EventType {
  const type = types.get(name);
  if (type === undefined) throw new Error(`There is no event called ${name}.`);
  return type;
}

export interface StoredEvent {
  readonly seq: number;
  readonly type: EventType;
  readonly at: Date;
  readonly simulated_time: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The hash of what a client gets of it by that selection, if it gets what is stored. */
export function contentOf({ seq, type, at, simulated_time: simulatedTime, body }: StoredEvent): string {
  const own = shapes[type].fields.map((field) => [field, body[field] ?? null]);
  return hashOf({ seq, at: at.toISOString(), simulatedTime, ...Object.fromEntries(own) });
}
