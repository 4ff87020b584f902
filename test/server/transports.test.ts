// One pipeline: whatever is asked, the answer does not depend on the way it came.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceError } from "../../src/core/errors.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { EventStream, type GraphQLResult, postJson } from "../support/http.ts";
import { simulationOf } from "../support/simulations.ts";
import { type Api, startApi } from "./api.ts";

const secret = "postgres://service:hunter2@db.internal/simulations";

let api: Api;
beforeAll(async () => {
  api = await startApi({
    commands: {
      stop: async () => Promise.reject(new Error(secret)),
      pause: async () =>
        Promise.reject(new ServiceError("LIMIT_EXCEEDED", "No.", { limit: "x", maximum: 1 })),
      resume: async () => simulationOf("sim-1", { status: "PAUSED" }),
    },
  });
  api.store.add(simulationOf("sim-1"));
});
afterAll(() => api.close());

const deep = `{ simulation(id: "1") ${"{ events { nodes { simulation ".repeat(6)}{ id }${" } } }".repeat(6)} }`;

const cases: Record<string, { query: string; variables?: object }> = {
  "a result": { query: `{ simulation(id: "sim-1") { id status labels createdAt } }` },
  "nothing found": { query: `{ simulation(id: "sim-2") { id } }` },
  "a mutation": { query: `mutation { resumeSimulation(id: "sim-1") { ... on Simulation { status } } }` },
  "a syntax error": { query: "{ simulation(" },
  "an unknown field": { query: "{ simulations { nodes { idd } } }" },
  "many mistakes": { query: "{ a b c d e f g h }" },
  "no operation": { query: "fragment F on Query { __typename }" },
  "a wrong variable": {
    query: "query ($id: ID!) { simulation(id: $id) { id } }",
    variables: { id: { very: "wrong ".repeat(1000) } },
  },
  "a missing variable": { query: "query ($id: ID!) { simulation(id: $id) { id } }" },
  "a bad argument": { query: "{ simulations(first: -1) { totalCount } }" },
  "a bad cursor": { query: `{ simulations(after: "!") { totalCount } }` },
  "an operation too deep": { query: deep },
  "a refusal outside of the result": {
    query: `mutation { pauseSimulation(id: "1") { ... on Simulation { id } } }`,
  },
  "a defect": { query: `mutation { stopSimulation(id: "1") { ... on Simulation { id } } }` },
  "a subscription to nothing": { query: `subscription { simulationEvents(simulationId: "sim-2") { seq } }` },
  "a cursor beyond the end": {
    query: `subscription { simulationEvents(simulationId: "sim-1", after: 99) { seq } }`,
  },
};

describe("HTTP, WebSocket and event stream", () => {
  it.each(Object.entries(cases))("answer the same to %s", async (_, { query, variables = {} }) => {
    const overHttp = await overJson(query, variables);
    const [overSocket, overStream] = await Promise.all([
      overWebSocket(query, variables),
      overEventStream(query, variables),
    ]);
    expect(overSocket).toEqual(overHttp);
    expect(overStream).toEqual(overHttp);
    expect(overHttp).not.toEqual({});
  });

  it("tell nothing of a defect but the number under which it was logged", async () => {
    const query = cases["a defect"]?.query ?? "";
    const texts = [
      (await postJson(api.url, { query })).text,
      JSON.stringify(await rawOverWebSocket(query)),
      await rawOverEventStream(query),
    ];
    for (const text of texts) {
      expect(text).not.toContain("hunter2");
      const id = /"correlationId":"([^"]+)"/.exec(text)?.[1];
      const line = api.lines.find(({ facts }) => facts.correlationId === id);
      expect(line).toMatchObject({ level: "error", facts: { err: { message: secret } } });
    }
  });

  it("repeat no long values", async () => {
    const { query, variables } = cases["a wrong variable"] ?? { query: "" };
    const { text } = await postJson(api.url, { query, variables });
    expect(text.length).toBeLessThan(1000);
  });

  it("carry the facts of a refusal", async () => {
    const query = cases["a cursor beyond the end"]?.query ?? "";
    expect(await overWebSocket(query, {})).toMatchObject({
      errors: [{ extensions: { code: "CURSOR_OUT_OF_RANGE", after: 99, lastSeq: 0 } }],
    });
  });
});

describe("without introspection", () => {
  it("no transport tells the schema, or hints at it", async () => {
    const closed = await startApi({ introspection: false });
    for (const query of ["{ __schema { types { name } } }", "{ simulatio }"]) {
      const [{ text }, overSocket, overStream] = await Promise.all([
        postJson(closed.url, { query }),
        rawOverWebSocket(query, {}, closed),
        rawOverEventStream(query, {}, closed),
      ]);
      for (const answer of [text, JSON.stringify(overSocket), overStream]) {
        expect(answer).toContain("GRAPHQL_VALIDATION_FAILED");
        expect(answer).not.toContain("Did you mean");
      }
    }
    await closed.close();
  });
});

async function overJson(query: string, variables: object): Promise<GraphQLResult> {
  const accept = query.startsWith("subscription") ? "text/event-stream" : "application/json";
  const { text } = await postJson(api.url, { query, variables }, { accept });
  return plain(accept === "application/json" ? JSON.parse(text) : firstOf(text));
}

async function overWebSocket(query: string, variables: object): Promise<GraphQLResult> {
  const { type, payload } = await rawOverWebSocket(query, variables);
  return plain(type === "error" ? { errors: payload } : payload);
}

async function rawOverWebSocket(query: string, variables: object = {}, to: Api = api) {
  const client = await GraphQLWsClient.connect(to);
  client.subscribe("1", query, variables);
  const frame = await client.frame(({ id }) => id === "1");
  await client.close();
  return frame;
}

async function overEventStream(query: string, variables: object): Promise<GraphQLResult> {
  return plain(JSON.parse(await rawOverEventStream(query, variables)));
}

async function rawOverEventStream(query: string, variables: object = {}, to: Api = api): Promise<string> {
  const stream = await EventStream.open(to.url, query, variables);
  for await (const { event, data } of stream) if (event === "next") return data;
  throw new Error("The stream said nothing.");
}

function firstOf(text: string): unknown {
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? "null");
}

/** Without what differs from one time to the next. */
function plain(result: unknown): GraphQLResult {
  return JSON.parse(JSON.stringify(result, (key, value) => (key === "correlationId" ? "…" : value)));
}
