import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceError } from "../../src/core/errors.ts";
import { postJson, send } from "../support/http.ts";
import { failingIdentity, identityBy } from "../support/identities.ts";
import { simulationOf } from "../support/simulations.ts";
import { type Api, startApi } from "./api.ts";

const query = "{ __typename }";
const json = { "content-type": "application/json" };

let api: Api;
let endpoint: string;
let stopped = 0;
beforeAll(async () => {
  api = await startApi({
    commands: {
      stop: async (_, id) => {
        stopped += 1;
        return simulationOf(id);
      },
    },
  });
  endpoint = `${api.url}/graphql`;
});
afterAll(() => api.close());

describe("a POST", () => {
  it("of JSON is answered", async () => {
    const { status, headers, text } = await postJson(api.url, { query });
    expect([status, JSON.parse(text)]).toEqual([200, { data: { __typename: "Query" } }]);
    expect(headers["content-type"]).toContain("application/json");
    expect(headers["cache-control"]).toBe("no-store");
  });

  it.each([
    ["a form", "application/x-www-form-urlencoded", `query=${encodeURIComponent(query)}`],
    ["a multipart form", "multipart/form-data; boundary=x", "--x\r\n\r\n--x--"],
    ["plain text", "text/plain", JSON.stringify({ query })],
    ["bare GraphQL", "application/graphql", query],
    ["JSON in another charset", "application/json; charset=utf-7", JSON.stringify({ query })],
    ["JSON among other types", "text/plain, application/json", JSON.stringify({ query })],
  ])("of %s is refused with 415", async (_, type, body) => {
    const { status } = await send(endpoint, { method: "POST", headers: { "content-type": type }, body });
    expect(status).toBe(415);
  });

  it("without a content type is refused with 415", async () => {
    expect((await send(endpoint, { method: "POST", body: JSON.stringify({ query }) })).status).toBe(415);
  });

  it("with a content encoding is refused with 415", async () => {
    const headers = { ...json, "content-encoding": "gzip" };
    const body = gzipSync(JSON.stringify({ query }));
    expect((await send(endpoint, { method: "POST", headers, body })).status).toBe(415);
  });

  it("that says it is too long is refused with 413, unread", async () => {
    const headers = { ...json, "content-length": String(1024 ** 3) };
    const answer = await send(endpoint, { method: "POST", headers, body: "{", chunked: true }).catch(
      (error: Error) => error.message,
    );
    expect(answer).toMatchObject({ status: 413 });
  });

  it("that turns out to be too long is refused with 413", async () => {
    const body = JSON.stringify({ query, variables: { text: "x".repeat(200_000) } });
    expect((await send(endpoint, { method: "POST", headers: json, body })).status).toBe(413);
    expect((await send(endpoint, { method: "POST", headers: json, body, chunked: true })).status).toBe(413);
  });

  it.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["a string", `"x"`],
    ["a query that is no string", `{"query":7}`],
    ["variables that are no object", `{"query":"{ __typename }","variables":[]}`],
    ["something unknown", `{"query":"{ __typename }","cmd":"x"}`],
    ["several operations at once", `[{"query":"{ __typename }"},{"query":"{ __typename }"}]`],
  ])("of %s is refused with 400", async (_, body) => {
    const { status, text } = await send(endpoint, { method: "POST", headers: json, body });
    expect(status).toBe(400);
    expect(JSON.parse(text).errors).toHaveLength(1);
    expect(text).not.toContain("node_modules");
  });

  it("keeps its mistakes apart from those of a defect, by the status that GraphQL over HTTP says", async () => {
    const accept = "application/graphql-response+json";
    expect((await postJson(api.url, { query: "{" }, { accept })).status).toBe(400);
    expect((await postJson(api.url, { query: "{ x }" }, { accept })).status).toBe(400);
    expect((await postJson(api.url, { query }, { accept })).status).toBe(200);
  });
});

describe("a GET", () => {
  const url = () => `${endpoint}?query=${encodeURIComponent(query)}`;

  it("is refused where any page could have sent it", async () => {
    expect((await send(url())).status).toBe(403);
    expect((await send(url(), { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
  });

  it("is answered to programs and to pages of this origin", async () => {
    expect((await send(url(), { headers: { "x-requested-with": "test" } })).status).toBe(200);
    expect((await send(url(), { headers: { "sec-fetch-site": "same-origin" } })).status).toBe(200);
  });

  it.each(["variables", "extensions"])("of broken %s is refused with 400", async (name) => {
    const { status } = await send(`${url()}&${name}={`, { headers: { "x-requested-with": "test" } });
    expect(status).toBe(400);
    expect(api.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("never runs a mutation", async () => {
    const mutation = encodeURIComponent(`mutation { stopSimulation(id: "1") { __typename } }`);
    const headers = { "x-requested-with": "test" };
    const { status } = await send(`${endpoint}?query=${mutation}`, { headers });
    expect([status, stopped]).toEqual([405, 0]);
  });
});

describe("other requests", () => {
  it.each(["PUT", "DELETE", "PATCH"])("by %s are refused", async (method) => {
    expect((await send(endpoint, { method })).status).toBe(405);
  });

  it("find nothing elsewhere", async () => {
    expect((await send(`${api.url}/graphql/more`)).status).toBe(404);
    expect((await send(`${api.url}/../../etc/passwd`)).status).toBe(404);
  });

  it("of a browser for a page get GraphiQL, which loads nothing from elsewhere", async () => {
    const { status, headers } = await send(endpoint, { headers: { accept: "text/html,*/*" } });
    expect(status).toBe(200);
    expect(headers["content-type"]).toContain("text/html");
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect((await send(api.url)).headers.location).toBe("/graphql");
  });
});

describe("a caller", () => {
  it("whom nobody knows is refused with 401, one who cannot be checked with 503", async () => {
    const stranger = await startApi({ identity: identityBy(() => null) });
    expect((await postJson(stranger.url, { query })).status).toBe(401);
    await stranger.close();
    const unknown = await startApi({
      identity: failingIdentity(new ServiceError("UNAVAILABLE", "The keys cannot be fetched.")),
    });
    expect((await postJson(unknown.url, { query })).status).toBe(503);
    await unknown.close();
  });

  it("meets a defect as 500, told nothing", async () => {
    const broken = await startApi({ identity: failingIdentity(new Error("hunter2")) });
    const { status, text } = await postJson(broken.url, { query });
    expect(status).toBe(500);
    expect(text).not.toContain("hunter2");
    expect(broken.lines.some(({ level }) => level === "error")).toBe(true);
    await broken.close();
  });
});

describe("health", () => {
  it("is told apart from readiness", async () => {
    const states = ["ok", "degraded", "down"] as const;
    let state: (typeof states)[number] = "ok";
    const some = await startApi({ readiness: async () => ({ status: state, parts: { database: state } }) });
    const seen: unknown[] = [];
    for (state of states) {
      const [live, ready] = await Promise.all([send(`${some.url}/healthz`), send(`${some.url}/readyz`)]);
      seen.push([live.status, ready.status, JSON.parse(ready.text).parts.database]);
    }
    expect(seen).toEqual([
      [200, 200, "ok"],
      [200, 200, "degraded"],
      [200, 503, "down"],
    ]);
    await some.close();
  });
});
