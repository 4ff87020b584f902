import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceError } from "../../src/core/errors.ts";
import { developmentViewer } from "../../src/core/viewer.ts";
import { serverLimits } from "../../src/server/limits.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { failingIdentity, identityBy } from "../support/identities.ts";
import { type Api, startApi } from "./api.ts";
import { HangingFeed } from "./hanging-feed.ts";

const watch = `subscription { simulationEvents(simulationId: "sim-1") { seq } }`;
const small = "{ __typename }";

describe("a WebSocket", () => {
  const feed = new HangingFeed();
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ feed });
  });
  afterAll(() => api.close());

  it("answers queries, mutations and subscriptions", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("q", small);
    client.subscribe("s", watch);
    expect(await client.results("q", 1)).toEqual([{ data: { __typename: "Query" } }]);
    expect(await client.results("s", 1)).toEqual([{ data: { simulationEvents: { seq: 1 } } }]);
    await client.frame((frame) => frame.type === "complete" && frame.id === "q");
    await client.close();
  });

  it("stays open after a syntax error, which it answers", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("bad", "{");
    const { type, payload } = await client.frame((frame) => frame.id === "bad");
    expect(type).toBe("error");
    expect(payload).toMatchObject([{ extensions: { code: "GRAPHQL_PARSE_FAILED" } }]);
    client.subscribe("good", small);
    await client.results("good", 1);
    await client.close();
  });

  it("is closed with 4409 when an id is used that is in use", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("same", watch);
    await client.results("same", 1);
    client.subscribe("same", watch);
    expect(await client.closed).toMatchObject({ code: 4409 });
    await feed.until(({ open }) => open === 0);
  });

  it("takes an id again once its operation has ended", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("again", small);
    await client.frame((frame) => frame.type === "complete");
    client.subscribe("again", small);
    expect(await client.results("again", 2)).toHaveLength(2);
    await client.close();
  });

  it("returns every source when it closes", async () => {
    const client = await GraphQLWsClient.connect(api);
    for (let n = 0; n < 5; n += 1) client.subscribe(`s${n}`, watch);
    await feed.until(({ open }) => open === 5);
    client.socket.terminate();
    await feed.until(({ open }) => open === 0);
  });

  it("returns the source of an operation that the client completes", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("s", watch);
    await client.results("s", 1);
    client.send({ type: "complete", id: "s" });
    await feed.until(({ open }) => open === 0);
    client.subscribe("q", small);
    await client.results("q", 1);
    await client.close();
  });

  it("refuses more operations at a time than the bound, and goes on", async () => {
    const client = await GraphQLWsClient.connect(api);
    const before = feed.opened;
    for (let n = 0; n <= serverLimits.operationsPerSocket; n += 1) client.subscribe(`s${n}`, watch);
    const refused = await client.frame((frame) => frame.type === "error");
    expect(refused.id).toBe(`s${serverLimits.operationsPerSocket}`);
    expect(refused.payload).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED" } }]);
    await feed.until(({ opened }) => opened === before + serverLimits.operationsPerSocket);
    expect(api.stats().operations).toBe(serverLimits.operationsPerSocket);
    client.send({ type: "complete", id: "s0" });
    await feed.until(({ open }) => open === serverLimits.operationsPerSocket - 1);
    client.subscribe("q", small);
    await client.results("q", 1);
    await client.close();
    await feed.until(({ open }) => open === 0);
  });

  it("is closed with 1008 when a client floods it", async () => {
    const client = await GraphQLWsClient.connect(api);
    for (let n = 0; n < 2 * serverLimits.messageBurst; n += 1) client.send({ type: "ping" });
    expect(await client.closed).toMatchObject({ code: 1008 });
  });

  it("counts WebSocket pings like messages", async () => {
    const client = await GraphQLWsClient.connect(api);
    for (let n = 0; n < 2 * serverLimits.messageBurst; n += 1) client.socket.ping();
    expect(await client.closed).toMatchObject({ code: 1008 });
  });

  it.each([
    ["no JSON", "nonsense", 4400],
    ["no object", "7", 4400],
    ["no type", "{}", 4400],
    ["an unknown type", `{"type":"next"}`, 4400],
    ["no id", `{"type":"subscribe","payload":{"query":"{ __typename }"}}`, 4400],
    ["a very long id", JSON.stringify({ type: "subscribe", id: "x".repeat(1000), payload: {} }), 4400],
    ["no query", `{"type":"subscribe","id":"a","payload":{}}`, 4400],
    ["a second init", `{"type":"connection_init"}`, 4429],
    ["more bytes than it takes", `{"type":"ping","payload":{"a":"${"x".repeat(65_536)}"}}`, 1009],
  ])("is closed when a client sends %s", async (_, message, code) => {
    const client = await GraphQLWsClient.connect(api);
    client.send(message);
    expect(await client.closed).toMatchObject({ code });
  });

  it("is closed when a client sends a message in very many fragments", async () => {
    const client = await GraphQLWsClient.connect(api);
    for (let n = 0; n < 2 * serverLimits.messageFragments; n += 1) {
      client.socket.send(" ", { fin: false, binary: false });
    }
    expect((await client.closed).code).toBe(1008);
  });

  it("is closed with 4401 when a client subscribes before it says who it is", async () => {
    const client = await GraphQLWsClient.open(api);
    client.subscribe("early", small);
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it("is closed with 4408 when a client says nothing", async () => {
    const client = await GraphQLWsClient.open(api);
    expect(await client.closed).toMatchObject({ code: 4408 });
  });

  it("is closed with 4406 when a client speaks the protocol of old", async () => {
    const refused = await GraphQLWsClient.open({ ...api, protocol: "graphql-ws" }).then(
      (client) => client.closed,
      () => "refused",
    );
    expect(refused).toBe("refused");
  });

  it("is not opened elsewhere than at the API", async () => {
    await expect(GraphQLWsClient.open({ ...api, path: "/other" })).rejects.toThrow("404");
  });

  it("leaves nothing behind", () => {
    expect(api.stats()).toEqual({ sockets: 0, operations: 0 });
  });
});

describe("the identity of a WebSocket", () => {
  it("comes from its own parameters", async () => {
    const api = await startApi({
      identity: identityBy((token) => (token === "good" ? developmentViewer : null)),
    });
    const client = await GraphQLWsClient.connect(api, { authorization: "Bearer good" });
    client.subscribe("q", small);
    await client.results("q", 1);
    const stranger = await GraphQLWsClient.open(api);
    stranger.send({ type: "connection_init", payload: { Authorization: "Bearer bad" } });
    expect(await stranger.closed).toMatchObject({ code: 4403 });
    await api.close();
  });

  it("is asked for again later, by 1013, when it cannot be found out", async () => {
    const api = await startApi({
      identity: failingIdentity(new ServiceError("UNAVAILABLE", "The keys cannot be fetched.")),
    });
    const client = await GraphQLWsClient.open(api);
    client.send({ type: "connection_init" });
    expect(await client.closed).toMatchObject({ code: 1013 });
    await api.close();
  });

  it("fails closed, and quietly, when finding it out is a defect", async () => {
    const api = await startApi({ identity: failingIdentity(new Error("postgres://user:secret@db")) });
    const client = await GraphQLWsClient.open(api);
    client.send({ type: "connection_init" });
    expect(await client.closed).toEqual({ code: 4500, reason: "Internal error" });
    expect(api.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    await api.close();
  });
});
