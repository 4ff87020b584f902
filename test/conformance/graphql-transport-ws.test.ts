// The service as the protocol graphql-transport-ws (graphql-ws, PROTOCOL.md) wants a server to be. Broken and foreign
// messages, and the bounds that this service sets, are tested in test/server/sockets.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, startApi } from "../server/api.ts";
import { HangingFeed } from "../server/hanging-feed.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { identityBy } from "../support/identities.ts";
import { changedTo, simulationOf } from "../support/simulations.ts";

const query = "{ __typename }";
const watch = (id: string) => `subscription { simulationEvents(simulationId: "${id}", after: 0) { seq } }`;

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe("the handshake", () => {
  it("agrees on the subprotocol", async () => {
    const client = await GraphQLWsClient.open(api);
    expect(client.socket.protocol).toBe("graphql-transport-ws");
    await client.close();
  });

  it("takes ConnectionInit with a payload, with null and with none, and answers ConnectionAck once", async () => {
    for (const init of [{}, { payload: null }, { payload: { any: "thing" } }]) {
      const client = await GraphQLWsClient.open(api);
      client.send({ type: "connection_init", ...init });
      await client.frame(({ type }) => type === "connection_ack");
      client.send({ type: "ping" });
      await client.frame(({ type }) => type === "pong");
      expect(client.frames.map(({ type }) => type)).toEqual(["connection_ack", "pong"]);
      await client.close();
    }
  });

  it("is over with 4408 when no ConnectionInit comes in time", async () => {
    const client = await GraphQLWsClient.open(api);
    expect(await client.closed).toEqual({ code: 4408, reason: "Connection initialisation timeout" });
  });

  it("is over with 4429 when ConnectionInit comes twice, acknowledged or not", async () => {
    const acknowledged = await GraphQLWsClient.connect(api);
    acknowledged.send({ type: "connection_init" });
    expect(await acknowledged.closed).toEqual({ code: 4429, reason: "Too many initialisation requests" });
    const hasty = await GraphQLWsClient.open(api);
    hasty.send({ type: "connection_init" });
    hasty.send({ type: "connection_init" });
    expect(await hasty.closed).toMatchObject({ code: 4429 });
  });

  it("is over with 4401 when Subscribe comes before the acknowledgement", async () => {
    const client = await GraphQLWsClient.open(api);
    client.subscribe("1", query);
    expect(await client.closed).toEqual({ code: 4401, reason: "Unauthorized" });
    expect(client.frames).toEqual([]);
  });

  it("is over with 4403 when the server refuses the connection", async () => {
    const closed = await startApi({ identity: identityBy(() => null) });
    const client = await GraphQLWsClient.open(closed);
    client.send({ type: "connection_init" });
    expect(await client.closed).toEqual({ code: 4403, reason: "Nobody." });
    await closed.close();
  });
});

describe("Ping", () => {
  it("is answered by Pong before the acknowledgement and after it", async () => {
    const client = await GraphQLWsClient.open(api);
    client.send({ type: "ping" });
    await client.frame(({ type }) => type === "pong");
    client.send({ type: "connection_init" });
    await client.frame(({ type }) => type === "connection_ack");
    client.send({ type: "ping", payload: { any: "thing" } });
    client.subscribe("1", query);
    await client.frame(({ type }) => type === "complete");
    expect(client.frames.filter(({ type }) => type === "pong")).toHaveLength(2);
    await client.close();
  });

  it("may be Pong of its own accord: a heartbeat that is answered by nothing", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.send({ type: "pong" });
    client.send({ type: "pong", payload: { any: "thing" } });
    client.subscribe("1", query);
    await client.frame(({ type }) => type === "complete");
    expect(client.frames.map(({ type }) => type)).toEqual(["connection_ack", "next", "complete"]);
    await client.close();
  });
});

describe("an operation", () => {
  it("of a single result is Next, then Complete, both with its id", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("an id", query);
    await client.frame(({ type }) => type === "complete");
    expect(client.frames.slice(1)).toEqual([
      { id: "an id", type: "next", payload: { data: { __typename: "Query" } } },
      { id: "an id", type: "complete" },
    ]);
    await client.close();
  });

  it("of many results is Next for each, then Complete by the server", async () => {
    api.store.add(simulationOf("told"));
    api.say("told", [changedTo("RUNNING"), changedTo("COMPLETED")], { status: "COMPLETED" });
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("1", watch("told"));
    await client.frame(({ type }) => type === "complete");
    const [, ...frames] = client.frames;
    expect(frames.map(({ type, id }) => [type, id])).toEqual([
      ...frames.slice(1).map(() => ["next", "1"]),
      ["complete", "1"],
    ]);
    // The first one says that the stream begins.
    expect((await client.results("1", 2)).slice(-2)).toEqual([
      { data: { simulationEvents: { seq: 1 } } },
      { data: { simulationEvents: { seq: 2 } } },
    ]);
    await client.close();
  });

  it("that cannot be run is Error, which ends it: nothing follows, and its id is free", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("1", "{ nothingOfTheKind }");
    const error = await client.frame(({ type }) => type === "error");
    expect(error).toMatchObject({ id: "1", payload: [{ message: expect.stringContaining("nothingOf") }] });
    client.subscribe("1", query);
    await client.frame(({ type }) => type === "complete");
    expect(client.frames.map(({ type }) => type)).toEqual(["connection_ack", "error", "next", "complete"]);
    await client.close();
  });

  it("whose fields fail is Next with errors, then Complete", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.subscribe("1", "{ simulations(first: -1) { totalCount } }");
    await client.frame(({ type }) => type === "complete");
    expect(client.frames.slice(1)).toMatchObject([
      { type: "next", payload: { data: null, errors: [{ path: ["simulations"] }] } },
      { type: "complete" },
    ]);
    await client.close();
  });

  it("may have variables, a name and extensions, or null in their place", async () => {
    const client = await GraphQLWsClient.connect(api);
    const document = `query A { __typename } query B($name: String!) { __type(name: $name) { name } }`;
    const payload = {
      query: document,
      operationName: "B",
      variables: { name: "Query" },
      extensions: { a: 1 },
    };
    client.send({ id: "1", type: "subscribe", payload });
    client.send({
      id: "2",
      type: "subscribe",
      payload: { query, operationName: null, variables: null, extensions: null },
    });
    expect(await client.results("1", 1)).toEqual([{ data: { __type: { name: "Query" } } }]);
    expect(await client.results("2", 1)).toEqual([{ data: { __typename: "Query" } }]);
    await client.close();
  });

  it.each([
    ["an id that is no string", { id: 7, type: "subscribe", payload: { query } }],
    ["an empty id", { id: "", type: "subscribe", payload: { query } }],
    ["no payload", { id: "1", type: "subscribe" }],
    ["a query that is no string", { id: "1", type: "subscribe", payload: { query: 7 } }],
    [
      "an operationName that is no string",
      { id: "1", type: "subscribe", payload: { query, operationName: 7 } },
    ],
    ["variables that are no object", { id: "1", type: "subscribe", payload: { query, variables: "a" } }],
    ["extensions that are no object", { id: "1", type: "subscribe", payload: { query, extensions: "a" } }],
  ])("with %s closes the socket with 4400", async (_, message) => {
    const client = await GraphQLWsClient.connect(api);
    client.send(message);
    expect(await client.closed).toMatchObject({ code: 4400 });
  });

  it.each([
    { type: "connection_ack" },
    { type: "next", id: "1", payload: { data: {} } },
    { type: "error", id: "1", payload: [{ message: "No." }] },
    { type: "complete" },
  ])("is told by the server alone: $type of a client closes the socket with 4400", async (message) => {
    const client = await GraphQLWsClient.connect(api);
    client.send(message);
    expect(await client.closed).toMatchObject({ code: 4400 });
    expect(api.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("that the client completes says nothing more, and its id is free", async () => {
    const feed = new HangingFeed();
    const hanging = await startApi({ feed });
    const client = await GraphQLWsClient.connect(hanging);
    client.subscribe("1", watch("sim-1"));
    await client.results("1", 1);
    client.send({ id: "1", type: "complete" });
    await feed.until(({ open }) => open === 0);
    client.subscribe("1", query);
    await client.frame(({ type }) => type === "complete");
    expect(client.frames.map(({ type }) => type)).toEqual(["connection_ack", "next", "next", "complete"]);
    await client.close();
    await hanging.close();
  });

  it("that is unknown, or already complete, may be completed by the client", async () => {
    const client = await GraphQLWsClient.connect(api);
    client.send({ id: "never", type: "complete" });
    client.subscribe("1", query);
    await client.frame(({ type }) => type === "complete");
    client.send({ id: "1", type: "complete" });
    client.subscribe("2", query);
    await client.frame(({ type, id }) => type === "complete" && id === "2");
    await client.close();
  });

  it("whose id is in use closes the socket with 4409, which names the id", async () => {
    const hanging = await startApi({ feed: new HangingFeed() });
    const client = await GraphQLWsClient.connect(hanging);
    client.subscribe("the one", watch("sim-1"));
    client.subscribe("the one", query);
    expect(await client.closed).toEqual({ code: 4409, reason: "Subscriber for the one already exists" });
    await hanging.close();
  });

  it("does not wait for another one: results of several come as they are there", async () => {
    const hanging = await startApi({ feed: new HangingFeed() });
    const client = await GraphQLWsClient.connect(hanging);
    client.subscribe("slow", watch("sim-1"));
    client.subscribe("quick", query);
    await client.frame(({ type, id }) => type === "complete" && id === "quick");
    expect(client.frames.some(({ type, id }) => type === "complete" && id === "slow")).toBe(false);
    await client.close();
    await hanging.close();
  });
});
