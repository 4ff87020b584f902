// Calls to the API, as an outside client makes them under faults: with a deadline, and three outcomes.
import type { DesiredStatus, SimulationStatus } from "../../src/core/simulation.ts";
import type { Outcome } from "./history.ts";

const deadlineMs = 8_000;

type Answer = { readonly __typename: string; readonly code?: string; readonly id?: string };
type Stood = { readonly status: SimulationStatus; readonly desired: DesiredStatus };

export interface StartInput {
  readonly designId: string;
  readonly idempotencyKey: string;
  readonly seed: number;
  /** Simulated s. */
  readonly duration: number;
  readonly speed: number;
}

export async function callStart(
  url: string,
  input: StartInput,
): Promise<Outcome<{ readonly simulation: string }>> {
  const query = `mutation ($input: StartSimulationInput!) {
    answer: startSimulation(input: $input) { __typename ... on Simulation { id } ... on Error { code } } }`;
  return outcome(url, query, { input }, ({ id }: Answer) =>
    id === undefined ? null : { kind: "accepted", simulation: id },
  );
}

export type Intent = "stop" | "pause" | "resume";

export async function callIntent(url: string, intent: Intent, id: string): Promise<Outcome<Stood>> {
  const query = `mutation ($id: ID!) { answer: ${intent}Simulation(id: $id) {
    __typename ... on Simulation { status desiredStatus } ... on Error { code } } }`;
  type Stands = Answer & { readonly status?: SimulationStatus; readonly desiredStatus?: DesiredStatus };
  return outcome(url, query, { id }, ({ status, desiredStatus }: Stands) =>
    status === undefined || desiredStatus === undefined
      ? null
      : { kind: "accepted", status, desired: desiredStatus },
  );
}

async function outcome<A extends Answer, O extends object>(
  url: string,
  query: string,
  variables: object,
  accepted: (answer: A) => ({ readonly kind: "accepted" } & O) | null,
): Promise<Outcome<O>> {
  let said: { data?: { answer?: A | null } | null; errors?: { extensions?: { code?: string } }[] };
  try {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(deadlineMs),
    });
    said = await response.json();
  } catch (error) {
    return { kind: "unknown", reason: String(error) };
  }
  const answer = said.data?.answer;
  if (answer === undefined || answer === null) {
    return { kind: "unknown", reason: said.errors?.[0]?.extensions?.code ?? "no answer" };
  }
  // Whether it took effect is not known where the service could not reach the database.
  if (answer.code === "UNAVAILABLE") return { kind: "unknown", reason: answer.code };
  return accepted(answer) ?? { kind: "refused", code: answer.code ?? answer.__typename };
}
