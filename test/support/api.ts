// The mutations and queries that end-to-end tests make, as an outside client makes them.
import { operation } from "./http.ts";

export interface SimulationSeen {
  readonly id: string;
  readonly status: string;
  readonly desiredStatus: string;
  readonly simulatedTime: number;
  readonly progress: number;
  readonly lastSeq: number;
  readonly attempt: number;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly waiting: { readonly code: string; readonly message: string } | null;
}

const fields =
  "id status desiredStatus simulatedTime progress lastSeq attempt failure { code message } waiting { code message }";

/** Of a mutation or query: its one field. Throws what the API refuses, as it says it. */
async function ask(url: string, query: string, variables: object): Promise<Record<string, unknown>> {
  const { data, errors } = await operation(url, query, variables);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  const [answer] = Object.values(data ?? {});
  const object = answer as Record<string, unknown> | null;
  if (object === null || object === undefined) throw new Error("There is no such simulation.");
  if (String(object.__typename).endsWith("Error")) throw new Error(JSON.stringify(object));
  return object;
}

async function mutate(url: string, call: string): Promise<SimulationSeen> {
  const query = `mutation { ${call} { __typename ... on Simulation { ${fields} } ... on Error { message code } } }`;
  return (await ask(url, query, {})) as unknown as SimulationSeen;
}

/** `input` is GraphQL text: `designId: "mm1", speed: 0`. */
export const start = (url: string, input: string) => mutate(url, `startSimulation(input: { ${input} })`);
export const stop = (url: string, id: string) => mutate(url, `stopSimulation(id: "${id}")`);
export const pause = (url: string, id: string) => mutate(url, `pauseSimulation(id: "${id}")`);
export const resume = (url: string, id: string) => mutate(url, `resumeSimulation(id: "${id}")`);

export async function simulation(url: string, id: string): Promise<SimulationSeen> {
  const answer = await ask(url, `query ($id: ID!) { simulation(id: $id) { ${fields} } }`, { id });
  return answer as unknown as SimulationSeen;
}

const reportFields = `
  requests succeeded failed bottleneck maxSustainable wastedWork engineEvents
  throughput { mean halfWidth95 } latency { mean p50 p90 p95 p99 max }
  components { componentId utilization { mean halfWidth95 } latency { mean p95 } errors rejected }
  assumptions { path value text }`;

export async function report(url: string, id: string): Promise<unknown> {
  const answer = await ask(url, `query ($id: ID!) { simulation(id: $id) { report { ${reportFields} } } }`, {
    id,
  });
  return answer.report;
}
