// The service as the specification "GraphQL over HTTP" (https://graphql.github.io/graphql-over-http/draft/) wants a
// server to be. What it leaves open, and this service decides, is tested in test/server/requests.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, startApi } from "../server/api.ts";
import { type Answer, postJson, send } from "../support/http.ts";
import { simulationOf } from "../support/simulations.ts";

const modern = "application/graphql-response+json";
const legacy = "application/json";
const program = { "x-requested-with": "test" };

let api: Api;
beforeAll(async () => {
  api = await startApi({
    commands: { stop: () => Promise.reject(new Error("A defect.")) },
  });
  api.store.add(simulationOf("sim-1"));
});
afterAll(() => api.close());

const post = (body: object, headers: Record<string, string> = {}) => postJson(api.url, body, headers);

function get(parameters: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  const address = `${api.url}/graphql?${new URLSearchParams(parameters)}`;
  return send(address, { headers: { ...program, ...headers } });
}

/** Without parameters. */
const mediaType = ({ headers }: Answer) => headers["content-type"]?.split(";")[0];

describe("the media type of an answer", () => {
  it.each([
    ["the modern one, when that is accepted", modern, modern],
    ["the legacy one, when that is accepted", legacy, legacy],
    ["the modern one, when both are and it comes first", `${modern}, ${legacy};q=0.9`, modern],
    ["the legacy one, when both are and it comes first", `${legacy}, ${modern};q=0.5`, legacy],
    ["JSON, when everything is accepted", "*/*", legacy],
    ["the modern one, when it is accepted in UTF-8", `${modern}; charset=utf-8`, modern],
  ])("is %s", async (_, accept, expected) => {
    for (const answer of [
      await post({ query: "{ __typename }" }, { accept }),
      await get({ query: "{ __typename }" }, { accept }),
    ]) {
      expect([answer.status, mediaType(answer)]).toEqual([200, expected]);
      expect(answer.headers["content-type"]).toMatch(/charset=utf-8/i);
      expect(JSON.parse(answer.text)).toEqual({ data: { __typename: "Query" } });
    }
  });

  it("is JSON for those of old, who accept nothing in particular", async () => {
    const answer = await post({ query: "{ __typename }" });
    expect([answer.status, mediaType(answer)]).toEqual([200, legacy]);
  });

  it("is none that was not accepted: 406", async () => {
    expect((await post({ query: "{ __typename }" }, { accept: "image/png" })).status).toBe(406);
  });
});

describe("a request", () => {
  it("may be in any of the media types that say it is JSON in UTF-8", async () => {
    for (const type of [
      "application/json",
      "application/json; charset=utf-8",
      "application/json;charset=UTF-8",
    ]) {
      const answer = await post({ query: "{ __typename }" }, { "content-type": type });
      expect(answer.status).toBe(200);
    }
  });

  it("of bytes that are UTF-8 is read as UTF-8", async () => {
    const name = "Ünïcødé ✓ 🙂";
    const query = 'query ($name: ID!) { node(id: $name) { id } a: __type(name: "Query") { name } }';
    const answer = await post({ query, variables: { name } });
    expect(JSON.parse(answer.text)).toEqual({ data: { node: null, a: { name: "Query" } } });
  });

  it.each([
    ["variables", { query: "query ($id: ID!) { simulation(id: $id) { id } }", variables: { id: "sim-1" } }],
    ["variables of null", { query: `{ simulation(id: "sim-1") { id } }`, variables: null }],
    ["an operationName of null", { query: `{ simulation(id: "sim-1") { id } }`, operationName: null }],
    ["extensions", { query: `{ simulation(id: "sim-1") { id } }`, extensions: { any: { thing: 1 } } }],
    ["extensions of null", { query: `{ simulation(id: "sim-1") { id } }`, extensions: null }],
    [
      "an operationName among several",
      { query: `query A { __typename } query B { simulation(id: "sim-1") { id } }`, operationName: "B" },
    ],
  ])("may have %s", async (_, body) => {
    const overGet = Object.fromEntries(
      Object.entries(body)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
    );
    for (const answer of [await post(body), await get(overGet)]) {
      expect([answer.status, JSON.parse(answer.text)]).toEqual([
        200,
        { data: { simulation: { id: "sim-1" } } },
      ]);
    }
  });

  it.each([
    ["no query", {}],
    ["a query of another type", { query: { not: "text" } }],
    ["an operationName of another type", { query: "{ __typename }", operationName: 7 }],
    ["variables of another type", { query: "{ __typename }", variables: "text" }],
    ["a list of variables", { query: "{ __typename }", variables: [1] }],
    ["extensions of another type", { query: "{ __typename }", extensions: "text" }],
    ["a list of extensions", { query: "{ __typename }", extensions: [1] }],
  ])("with %s is answered with 400, whatever is accepted", async (_, body) => {
    for (const accept of [modern, legacy]) {
      const { status, text } = await post(body, { accept });
      expect(status).toBe(400);
      expect(JSON.parse(text).errors).toHaveLength(1);
    }
  });
});

it("a request that is no JSON is answered with 400, whatever is accepted", async () => {
  for (const accept of [modern, legacy]) {
    const headers = { "content-type": "application/json", accept };
    const { status } = await send(`${api.url}/graphql`, { method: "POST", headers, body: "{" });
    expect(status).toBe(400);
  }
});

describe("a GET", () => {
  it("of a mutation is refused with 405, which names POST", async () => {
    for (const accept of [modern, legacy]) {
      const query = `mutation { stopSimulation(id: "sim-1") { __typename } }`;
      const { status, headers } = await get({ query }, { accept });
      expect([status, headers.allow]).toEqual([405, "POST"]);
    }
  });

  it("of a document with a mutation runs the query that is named", async () => {
    const query = `query A { __typename } mutation B { stopSimulation(id: "sim-1") { __typename } }`;
    expect((await get({ query, operationName: "A" })).status).toBe(200);
    expect((await get({ query, operationName: "B" })).status).toBe(405);
  });

  it("without a query is refused with 400", async () => {
    expect((await get({})).status).toBe(400);
  });
});

describe("other methods", () => {
  it("are refused with 405, which names those that are taken", async () => {
    for (const method of ["PUT", "PATCH", "DELETE", "HEAD"]) {
      const { status, headers } = await send(`${api.url}/graphql`, { method });
      expect([status, headers.allow]).toEqual([405, "GET, POST"]);
    }
  });
});

describe("the status of an answer", () => {
  const beforeExecution: Record<string, object> = {
    "a syntax error": { query: "{" },
    "an invalid document": { query: "{ nothingOfTheKind }" },
    "an operation that cannot be chosen": { query: "query A { __typename } query B { __typename }" },
    "an operation that is not there": { query: "query A { __typename }", operationName: "B" },
    "a variable that is missing": { query: "query ($id: ID!) { simulation(id: $id) { id } }" },
    "a variable of another type": {
      query: "query ($n: Int) { simulations(first: $n) { totalCount } }",
      variables: { n: "many" },
    },
  };

  it.each(Object.entries(beforeExecution))("to %s is 400 in the modern type", async (_, body) => {
    const answer = await post(body, { accept: modern });
    expect([answer.status, mediaType(answer)]).toEqual([400, modern]);
    const result = JSON.parse(answer.text);
    expect(result.errors.length).toBeGreaterThan(0);
    expect(result).not.toHaveProperty("data");
  });

  it.each(Object.entries(beforeExecution))("to %s is 200 in the legacy type", async (_, body) => {
    const answer = await post(body, { accept: legacy });
    expect([answer.status, mediaType(answer)]).toEqual([200, legacy]);
    expect(JSON.parse(answer.text)).not.toHaveProperty("data");
  });

  it("is that of this request: the same document with other parameters has its own", async () => {
    const query =
      "query A($n: Int) { simulations(first: $n) { nodes { events { nodes { seq } } } } } query B { __typename }";
    const statuses: number[] = [];
    for (const parameters of [
      {},
      { operationName: "A", variables: { n: 200 } },
      { operationName: "A", variables: { n: 0 } },
      { operationName: "A", variables: { n: "many" } },
      { operationName: "B", variables: { n: 1 } },
    ]) {
      statuses.push((await post({ query, ...parameters }, { accept: modern })).status);
    }
    expect(statuses).toEqual([400, 400, 200, 400, 200]);
  });

  it("to an operation of which a part failed is 200 in both types", async () => {
    const query = `{ simulation(id: "sim-1") { id } simulations(first: -1) { totalCount } }`;
    for (const accept of [modern, legacy]) {
      const { status, text } = await post({ query }, { accept });
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ data: null, errors: [{ path: ["simulations"] }] });
    }
  });

  it("to an operation that failed by a defect has an answer in both types, in which data is null", async () => {
    const query = `mutation { stopSimulation(id: "sim-1") { __typename } }`;
    for (const accept of [modern, legacy]) {
      const answer = await post({ query }, { accept });
      expect(mediaType(answer)).toBe(accept);
      expect(JSON.parse(answer.text)).toMatchObject({
        data: null,
        errors: [{ extensions: { code: "INTERNAL_SERVER_ERROR" } }],
      });
    }
  });
});
