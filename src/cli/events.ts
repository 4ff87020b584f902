// The events of the watched stream, by their types.
import type { WatchSubscription } from "./gql/graphql.ts";

export type WatchedEvent = WatchSubscription["simulationEvents"];
type OfType<Name extends WatchedEvent["__typename"]> = Extract<WatchedEvent, { readonly __typename: Name }>;

export type Metrics = OfType<"MetricsSampled">;
export type ComponentMetrics = Metrics["components"][number];
export type StreamStateChanged = OfType<"StreamStateChanged">;

const terminal: readonly string[] = ["COMPLETED", "STOPPED", "FAILED"];

export function isTerminal(status: string): boolean {
  return terminal.includes(status);
}

/** Nothing follows it in the log. */
export function isLast(event: WatchedEvent): boolean {
  return event.__typename === "StatusChanged" && isTerminal(event.status);
}
