// The mutations and queries that end-to-end tests make, as an outside client makes them: the typed documents that
// `codegen.ts` generates, over plain HTTP.
import {
  PauseDocument,
  ReportDocument,
  type ReportQuery,
  ResumeDocument,
  ShowDocument,
  type SimulationFieldsFragment,
  StartDocument,
  type StartSimulationInput,
  StopDocument,
  type TypedDocumentString,
} from "../../src/cli/gql/graphql.ts";
import { postJson } from "./http.ts";

type Refusal = { readonly __typename: string; readonly code: string; readonly message: string };

async function ask<Result, Variables extends object>(
  url: string,
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const { text } = await postJson(url, { query: document.toString(), variables });
  const { data, errors }: { data?: Result; errors?: unknown } = JSON.parse(text);
  if (errors !== undefined || data === undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** Throws what the API refuses, as it says it. */
function accepted(result: SimulationFieldsFragment | Refusal): SimulationFieldsFragment {
  if ("id" in result) return result;
  throw new Error(JSON.stringify(result));
}

export async function start(url: string, input: StartSimulationInput): Promise<SimulationFieldsFragment> {
  return accepted((await ask(url, StartDocument, { input })).startSimulation);
}

export async function stop(url: string, id: string): Promise<SimulationFieldsFragment> {
  return accepted((await ask(url, StopDocument, { id })).stopSimulation);
}

export async function pause(url: string, id: string): Promise<SimulationFieldsFragment> {
  return accepted((await ask(url, PauseDocument, { id })).pauseSimulation);
}

export async function resume(url: string, id: string): Promise<SimulationFieldsFragment> {
  return accepted((await ask(url, ResumeDocument, { id })).resumeSimulation);
}

export async function simulation(url: string, id: string): Promise<SimulationFieldsFragment> {
  const { simulation: found } = await ask(url, ShowDocument, { id });
  if (found === null) throw new Error(`There is no simulation ${id}.`);
  return found;
}

export async function report(
  url: string,
  id: string,
): Promise<NonNullable<ReportQuery["simulation"]>["report"]> {
  const { simulation: found } = await ask(url, ReportDocument, { id });
  if (found === null) throw new Error(`There is no simulation ${id}.`);
  return found.report;
}
