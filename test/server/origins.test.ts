import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { originPolicy } from "../../src/server/origin.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { postJson, send } from "../support/http.ts";
import { type Api, startApi } from "./api.ts";

const friend = "https://app.example.com";
const query = "{ __typename }";

let api: Api;
beforeAll(async () => {
  api = await startApi({ corsOrigins: [friend] });
});
afterAll(() => api.close());

const foreign = ["https://evil.example", "https://app.example.com.evil.example", `${friend}:8443`, "null"];

describe("a page of another origin", () => {
  it.each(foreign)("of %s is refused, over HTTP and before the upgrade", async (origin) => {
    const { status, headers } = await postJson(api.url, { query }, { origin });
    expect(status).toBe(403);
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    await expect(GraphQLWsClient.open({ ...api, headers: { origin } })).rejects.toThrow("403");
    const preflight = await send(`${api.url}/graphql`, { method: "OPTIONS", headers: { origin } });
    expect(preflight.status).toBe(403);
  });

  it("may call when its origin is listed", async () => {
    const { status, headers } = await postJson(api.url, { query }, { origin: friend });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ "access-control-allow-origin": friend, vary: "Origin" });
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
    const client = await GraphQLWsClient.connect({ ...api, headers: { origin: friend } });
    await client.close();
    const preflight = await send(`${api.url}/graphql`, { method: "OPTIONS", headers: { origin: friend } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-headers"]).toContain("content-type");
  });
});

describe("a page of this origin", () => {
  it("may call", async () => {
    expect((await postJson(api.url, { query }, { origin: api.url })).status).toBe(200);
    const client = await GraphQLWsClient.connect({ ...api, headers: { origin: api.url } });
    await client.close();
  });
});

describe("a foreign name that resolves to this machine", () => {
  it("is not the service", async () => {
    const headers = { host: "evil.example:4000", origin: "http://evil.example:4000" };
    expect((await postJson(api.url, { query }, headers)).status).toBe(421);
    await expect(GraphQLWsClient.open({ ...api, headers })).rejects.toThrow("421");
  });
});

describe("the policy", () => {
  it("lets pages of any loopback port call when it is told to", () => {
    const policy = originPolicy({ host: "127.0.0.1", loopbackOrigins: true });
    expect(policy.allows("http://localhost:5173", "127.0.0.1:4000")).toBe(true);
    expect(policy.allows("http://[::1]:5173", "127.0.0.1:4000")).toBe(true);
    expect(policy.allows("http://localhost.evil.example", "127.0.0.1:4000")).toBe(false);
    expect(originPolicy({ host: "127.0.0.1" }).allows("http://localhost:5173", "127.0.0.1:4000")).toBe(false);
  });

  it("knows its own names", () => {
    const anywhere = originPolicy({ host: "0.0.0.0" });
    expect(anywhere.knownHost("10.0.0.7:4000")).toBe(true);
    expect(anywhere.knownHost(undefined)).toBe(false);
    const named = originPolicy({ host: "0.0.0.0", hosts: ["sim.example.com"] });
    expect(named.knownHost("SIM.example.com:443")).toBe(true);
    expect(named.knownHost("10.0.0.7:4000")).toBe(false);
    const here = originPolicy({ host: "localhost" });
    expect(["localhost:1", "127.0.0.1", "[::1]:4000"].every((host) => here.knownHost(host))).toBe(true);
    expect(here.knownHost("a@localhost")).toBe(false);
  });
});
