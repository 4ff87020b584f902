// What every answer says to browsers, whatever it is.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHealthServer } from "../../src/server/health-server.ts";
import { postJson, send } from "../support/http.ts";
import { type Api, startApi } from "./api.ts";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
const key = { "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
const query = "{ __typename }";

const answers: Record<string, () => ReturnType<typeof send>> = {
  "a result": () => postJson(api.url, { query }),
  "a refused operation": () => postJson(api.url, { query: "{" }),
  "a result over a GET": () =>
    send(`${api.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { "x-requested-with": "test" },
    }),
  "an event stream": () => postJson(api.url, { query }, { accept: "text/event-stream" }),
  "a request that is none": () => send(`${api.url}/graphql`, { method: "POST", body: "{" }),
  "a foreign page": () => postJson(api.url, { query }, { origin: "https://evil.example" }),
  "a preflight": () =>
    send(`${api.url}/graphql`, {
      method: "OPTIONS",
      headers: { origin: api.url.replace("127.0.0.1", "[::1]") },
    }),
  "an unknown host": () => postJson(api.url, { query }, { host: "evil.example" }),
  "a path where nothing is": () => send(`${api.url}/nothing`),
  "the explorer": () => send(`${api.url}/graphql`, { headers: { accept: "text/html" } }),
  "the way to the explorer": () => send(`${api.url}/`),
  health: () => send(`${api.url}/healthz`),
  readiness: () => send(`${api.url}/readyz`),
  "an upgrade that is refused": () => send(`${api.url}/other`, { headers: { ...upgrade, ...key } }),
  "an upgrade from a foreign page": () =>
    send(`${api.url}/graphql`, { headers: { ...upgrade, ...key, origin: "https://evil.example" } }),
};

describe.each(Object.entries(answers))("%s", (_, ask) => {
  it("is not sniffed, framed, referred to, kept or shared with foreign pages, and names no software", async () => {
    const { headers } = await ask();
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": expect.stringMatching(/^no-(store|cache)$/),
    });
    const policy = String(headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.server).toBeUndefined();
    expect(headers["x-powered-by"]).toBeUndefined();
  });
});

it("a replica that does not serve the API says the same", async () => {
  const server = await createHealthServer({
    host: "127.0.0.1",
    port: 0,
    readiness: async () => ({ status: "ok", parts: {} }),
  });
  for (const path of ["/healthz", "/readyz", "/graphql"]) {
    const { headers } = await send(`${server.url}${path}`);
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["cache-control"]).toBe("no-store");
  }
  await server.close();
});
