// What is measured: how many watch what, and how events come.
import { type Selection, selections } from "./documents.ts";

interface Shape {
  readonly name: string;
  /** For people. */
  readonly what: string;
  readonly viewers: number;
  readonly simulations: number;
  readonly selections: readonly [Selection, ...Selection[]];
}

export type Scenario =
  /** As much as the server can do, with so many events under way. */
  | (Shape & { readonly kind: "saturated"; readonly inFlight: number })
  /** So much as is published. */
  | (Shape & { readonly kind: "paced"; readonly eventsPerSecond: number })
  /** One event, and when all have it, a pause. */
  | (Shape & { readonly kind: "burst"; readonly bursts: number })
  /** Nothing but subscribed sockets. */
  | (Shape & { readonly kind: "idle" });

const dashboard: readonly [Selection] = [selections[0]];

export const scenarios: readonly Scenario[] = [
  {
    name: "saturated",
    what: "saturation: 10 simulations with 100 viewers each",
    kind: "saturated",
    viewers: 1_000,
    simulations: 10,
    selections: dashboard,
    inFlight: 64,
  },
  {
    name: "hot",
    what: "saturation: 1 simulation with 1,000 viewers",
    kind: "saturated",
    viewers: 1_000,
    simulations: 1,
    selections: dashboard,
    inFlight: 16,
  },
  {
    name: "documents",
    what: "saturation: 10 simulations with 100 viewers each, seven different documents",
    kind: "saturated",
    viewers: 1_000,
    simulations: 10,
    selections,
    inFlight: 64,
  },
  {
    name: "alone",
    what: "saturation: 1,000 simulations with 1 viewer each",
    kind: "saturated",
    viewers: 1_000,
    simulations: 1_000,
    selections: dashboard,
    inFlight: 1_000,
  },
  {
    name: "paced",
    what: "20,000 deliveries a second, one write each: 10 simulations with 100 viewers, 200 events a second",
    kind: "paced",
    viewers: 1_000,
    simulations: 10,
    selections: dashboard,
    eventsPerSecond: 200,
  },
  {
    name: "steady",
    what: "2,500 deliveries a second: 1 simulation with 100 viewers, 25 events a second",
    kind: "paced",
    viewers: 100,
    simulations: 1,
    selections: dashboard,
    eventsPerSecond: 25,
  },
  {
    name: "burst",
    what: "one event to 1,000 viewers at a time",
    kind: "burst",
    viewers: 1_000,
    simulations: 1,
    selections: dashboard,
    bursts: 30,
  },
  {
    name: "idle",
    what: "5,000 idle subscribed sockets over 10 simulations",
    kind: "idle",
    viewers: 5_000,
    simulations: 10,
    selections: dashboard,
  },
];

/** How many simulations have to be there: before idle sockets are measured, others come and go. */
export function simulationsOf({ kind, simulations }: Scenario): number {
  return kind === "idle" ? 2 * simulations : simulations;
}
