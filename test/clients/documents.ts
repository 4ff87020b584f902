// What an application asks for.
import type { TypedDocumentNode } from "@apollo/client";
import { parse } from "graphql";
import type { LogItem, Snapshot } from "./seen.ts";

const snapshot = "__typename id status progress lastSeq";

function typed<Data, Variables extends Record<string, unknown>>(
  text: string,
): TypedDocumentNode<Data, Variables> {
  return parse(text);
}

export const watchText = `subscription Watch($id: ID!, $after: Int) {
  simulationEvents(simulationId: $id, after: $after) {
    __typename seq
    simulation { ${snapshot} }
    ... on StatusChanged { status }
    ... on MetricsSampled { progress throughput components { componentId throughput } }
  }
}`;

export const watch = typed<{ simulationEvents: LogItem }, { id: string; after?: number }>(watchText);

export const read = typed<{ simulation: Snapshot | null }, { id: string }>(
  `query Read($id: ID!) { simulation(id: $id) { ${snapshot} } }`,
);

const answered = `{ ... on Simulation { ${snapshot} } ... on Error { __typename message code } }`;

export const start = typed<
  { startSimulation: Snapshot },
  { designId: string; duration: number; speed: number }
>(`mutation Start($designId: ID!, $duration: Float!, $speed: Float!) {
  startSimulation(input: { designId: $designId, duration: $duration, speed: $speed, seed: 7 }) ${answered}
}`);

const intent = <Name extends string>(name: Name) =>
  typed<Record<Name, Snapshot>, { id: string }>(`mutation Intent($id: ID!) { ${name}(id: $id) ${answered} }`);
export const pause = intent("pauseSimulation");
export const resume = intent("resumeSimulation");
export const stop = intent("stopSimulation");
