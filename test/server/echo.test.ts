// What a client sends is never said back at length: not as a message, nor as a fact, nor once for each alias.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceError } from "../../src/core/errors.ts";
import { shortened } from "../../src/core/shortened.ts";
import { withoutSuggestion } from "../../src/server/errors.ts";
import { serverLimits } from "../../src/server/limits.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { postJson, send } from "../support/http.ts";
import { type Api, startApi } from "./api.ts";

const long = "wörd ".repeat(2_000);
const mostCharacters = 4_000;

let api: Api;
beforeAll(async () => {
  api = await startApi({
    commands: {
      stop: async (_, simulationId) => {
        throw new ServiceError("SIMULATION_NOT_FOUND", `There is no simulation ${simulationId}.`, {
          simulationId,
        });
      },
      pause: async (_, simulationId) => {
        throw new ServiceError("BAD_INPUT", `No ${simulationId}.`, {
          path: simulationId,
          all: [simulationId],
        });
      },
    },
  });
});
afterAll(() => api.close());

const id = `query ($id: ID!)`;
const cases: Record<string, { query: string; variables?: object }> = {
  "a variable of the wrong type": {
    query: `${id} { simulation(id: $id) { id } }`,
    variables: { id: { a: long } },
  },
  "an unknown enum value": {
    query: "query ($f: SimulationFilter) { simulations(filter: $f) { totalCount } }",
    variables: { f: { status: [long] } },
  },
  "an unknown field of an input": {
    query: "query ($f: SimulationFilter) { simulations(filter: $f) { totalCount } }",
    variables: { f: { [long]: 1 } },
  },
  "a cursor that is none": {
    query: "query ($c: String) { simulations(after: $c) { totalCount } }",
    variables: { c: long },
  },
  "a cursor of a log": {
    query: `subscription ($id: ID!) { simulationEvents(simulationId: $id, after: 7) { seq } }`,
    variables: { id: long },
  },
  "an unknown id": { query: `${id} { simulation(id: $id) { id } }`, variables: { id: long } },
  "an unknown node": { query: `${id} { node(id: $id) { id } }`, variables: { id: long } },
  "an unknown design": { query: `${id} { design(id: $id) { id } }`, variables: { id: long } },
  "a bad start": {
    query: `mutation ($i: StartSimulationInput!) { startSimulation(input: $i) { ... on Error { message } } }`,
    variables: { i: { designId: long, idempotencyKey: long, labels: [{ key: long, value: long }] } },
  },
  "a refusal as data, several times": {
    query: `mutation ($id: ID!) { ${Array.from({ length: 5 }, (_, n) => `a${n}: stopSimulation(id: $id) { ... on SimulationNotFoundError { message simulationId } }`).join(" ")} }`,
    variables: { id: long },
  },
  "a refusal with its facts": {
    query: `mutation ($id: ID!) { pauseSimulation(id: $id) { ... on Simulation { id } } }`,
    variables: { id: long },
  },
  "a long name": { query: `{ ${"x".repeat(30_000)} }` },
  "a long alias": { query: `{ ${"x".repeat(30_000)}: __typename }` },
  "a long operation name": { query: `query A { __typename }`, variables: {} },
  "a long string in a document": { query: `{ simulation(id: [["${"x".repeat(30_000)}"]]) { id } }` },
  "a syntax error far within": { query: `{ ${"x".repeat(30_000)} ( }` },
};

describe.each(Object.entries(cases))("the answer to %s", (name, { query, variables = {} }) => {
  const operationName = name === "a long operation name" ? long : undefined;

  it("is short over HTTP", async () => {
    const { text } = await postJson(api.url, { query, variables, operationName }, { accept: "*/*" });
    expect(text.length).toBeLessThan(mostCharacters);
  });

  it("is short over a socket", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.send({ type: "subscribe", id: "1", payload: { query, variables, operationName } });
    const frame = await client.frame((one) => one.id === "1");
    expect(JSON.stringify(frame).length).toBeLessThan(mostCharacters);
    await client.close();
  });
});

describe("a request whose headers are long", () => {
  const value = "x".repeat(8_000);

  it.each(["content-type", "accept", "origin", "host", "authorization", "x-request-id", "sec-fetch-site"])(
    "is not answered with its %s",
    async (header) => {
      const { text, headers } = await postJson(api.url, { query: "{ __typename }" }, { [header]: value });
      expect(text.length).toBeLessThan(mostCharacters);
      expect(JSON.stringify(headers).length).toBeLessThan(mostCharacters);
    },
  );

  it("nor with its path", async () => {
    const { text, headers } = await send(`${api.url}/${value}?query=${value}`);
    expect(JSON.stringify({ text, headers }).length).toBeLessThan(mostCharacters);
  });
});

describe("the reason of a closed socket", () => {
  it("fits in, whatever the id of the operation is", async () => {
    const client = await GraphQLWsClient.connect(api);
    const longest = "é".repeat(serverLimits.operationIdCharacters);
    const watch = `subscription { simulationUpdates { id } }`;
    client.subscribe(longest, watch);
    client.subscribe(longest, watch);
    const { code, reason } = await client.closed;
    expect(code).toBe(4409);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
    expect(reason).not.toContain("\uFFFD");
    expect((await send(`${api.url}/healthz`)).status).toBe(200);
  });
});

it("a text is cut between characters", () => {
  const cut = shortened("😀".repeat(1_000));
  expect(cut.isWellFormed()).toBe(true);
  expect(shortened("short")).toBe("short");
});

describe("a service that does not tell names of its schema", () => {
  it("answers a long text of suggestions at once", async () => {
    const production = await startApi({ introspection: false });
    const text = " Did you mean ".repeat(7_000);
    const { query } = cases["a variable of the wrong type"] ?? { query: "" };
    const answer = await postJson(production.url, { query, variables: { id: { a: text } } });
    await production.close();
    const { errors } = JSON.parse(answer.text);
    expect(errors).toMatchObject([{ extensions: { code: "BAD_INPUT" } }]);
    expect(answer.text.length).toBeLessThan(mostCharacters);
  });

  it("takes suggestions off however long the message is", () => {
    const endless = " Did you mean ".repeat(1_000_000);
    expect(withoutSuggestion(endless)).toBe(endless);
    expect(withoutSuggestion(`Unknown.${endless}?`)).toBe("Unknown.");
    expect(withoutSuggestion('No field "a". Did you mean "b"?')).toBe('No field "a".');
    expect(withoutSuggestion("Which one?")).toBe("Which one?");
  });
});
