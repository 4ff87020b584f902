// The real program in production: it tells nothing of itself that it is not asked to, on any transport.
import { afterAll, describe, expect, it } from "vitest";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { postJson, send } from "../support/http.ts";
import { endServices, startService, withDataFolder } from "../support/service-process.ts";

afterAll(endServices);

const page = { accept: "text/html,application/xhtml+xml" };

/** What each transport answers. */
async function answers(url: string, query: string): Promise<Record<string, string>> {
  const client = await GraphQLWsClient.connect({ url });
  client.subscribe("1", query);
  const frame = await client.frame(({ id }) => id === "1");
  await client.close();
  return {
    http: (await postJson(url, { query })).text,
    stream: (await postJson(url, { query }, { accept: "text/event-stream" })).text,
    socket: JSON.stringify(frame),
  };
}

describe("with NODE_ENV=production", () => {
  it("the schema, suggestions and pages are off, and limits are as set", async () => {
    await withDataFolder(async (dataDir) => {
      const env = { NODE_ENV: "production", LIMIT_ALIASES: "2" };
      const { url, kill, exited } = await startService({ dataDir, env });
      for (const query of ["{ __schema { types { name } } }", '{ __type(name: "Query") { name } }']) {
        for (const [transport, text] of Object.entries(await answers(url, query))) {
          expect(text, transport).toContain("GRAPHQL_VALIDATION_FAILED");
          expect(text, transport).not.toContain('"types"');
        }
      }
      for (const [transport, text] of Object.entries(await answers(url, "{ simulatio }"))) {
        expect(text, transport).toContain("GRAPHQL_VALIDATION_FAILED");
        expect(text, transport).not.toMatch(/did you mean|simulations/i);
      }
      for (const text of Object.values(await answers(url, "{ a: __typename b: __typename c: __typename }"))) {
        expect(text).toContain(`"limit":"aliases","maximum":2`);
      }
      for (const path of ["/graphql", "/graphiql", "/nothing"]) {
        const { status, text, headers } = await send(`${url}${path}`, { headers: page });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(text).not.toMatch(/<html|graphiql|yoga/i);
        expect(headers["content-type"]).toContain("application/json");
      }
      kill("SIGTERM");
      expect(await exited).toBe(0);
    });
  });

  it("they are on where that is set", async () => {
    await withDataFolder(async (dataDir) => {
      const env = { NODE_ENV: "production", GRAPHIQL: "true", INTROSPECTION: "true" };
      const { url, kill, exited } = await startService({ dataDir, env });
      for (const text of Object.values(await answers(url, "{ __schema { queryType { name } } }"))) {
        expect(text).toContain(`"queryType":{"name":"Query"}`);
      }
      expect((await send(`${url}/graphql`, { headers: page })).headers["content-type"]).toContain(
        "text/html",
      );
      kill("SIGTERM");
      expect(await exited).toBe(0);
    });
  });
});
