// What users and addresses may have open at a replica, and that all of it is given back.
import { afterEach, describe, expect, it, vi } from "vitest";
import { developmentViewer } from "../../src/core/viewer.ts";
import type { LimitName, ServerLimits } from "../../src/server/limits.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { EventStream, postJson, send } from "../support/http.ts";
import { identityBy } from "../support/identities.ts";
import { type Api, startApi } from "./api.ts";
import { HangingFeed } from "./hanging-feed.ts";

const watch = `subscription { simulationEvents(simulationId: "sim-1") { seq } }`;
const until = { timeout: 10_000, interval: 10 };
const identity = identityBy((token) =>
  token === undefined ? null : { ...developmentViewer, userId: token },
);

let api: Api;
let hits: LimitName[] = [];
const feed = new HangingFeed();
afterEach(() => api.close());

async function start(limits: Partial<ServerLimits>): Promise<void> {
  hits = [];
  api = await startApi({ identity, feed, limits, limitHit: (name) => hits.push(name) });
}

const as = (user: string) => ({ authorization: `Bearer ${user}` });
const connect = (user: string) => GraphQLWsClient.connect(api, as(user));

/** An event stream that is open. */
async function streamOf(user: string): Promise<EventStream> {
  const stream = await EventStream.open(api.url, watch, {}, as(user));
  expect(stream.status).toBe(200);
  return stream;
}

const follow = (user: string) =>
  postJson(api.url, { query: watch }, { ...as(user), accept: "text/event-stream" });

describe("sockets of a user", () => {
  it("are bounded: one more is closed with 1013, and may come when another one has gone", async () => {
    await start({ socketsPerUser: 2 });
    const [first] = [await connect("ada"), await connect("ada")];
    const more = await GraphQLWsClient.open(api);
    more.send({ type: "connection_init", payload: as("ada") });
    expect(await more.closed).toMatchObject({ code: 1013 });
    expect(hits).toEqual(["socketsPerUser"]);
    await connect("bob");
    await first?.close();
    await vi.waitFor(() => connect("ada"), until);
  });
});

describe("sockets of an address", () => {
  it("are bounded: one more is answered 429, and may come when another one has gone", async () => {
    await start({ socketsPerAddress: 2 });
    const [first] = [await connect("ada"), await connect("bob")];
    await expect(connect("eve")).rejects.toThrow("429");
    expect(hits).toEqual(["socketsPerAddress"]);
    await first?.close();
    await vi.waitFor(() => connect("eve"), until);
  });

  it("do not count upgrades that come to nothing", async () => {
    await start({ socketsPerAddress: 1 });
    const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "1" };
    expect((await send(`${api.url}/graphql`, { headers })).status).toBe(400);
    await vi.waitFor(() => connect("ada"), until);
  });
});

describe("subscriptions of a user", () => {
  it("are bounded over all its sockets and streams, and given back when they end", async () => {
    await start({ subscriptionsPerUser: 2 });
    const [one, other] = [await connect("ada"), await connect("ada")];
    one?.subscribe("a", watch);
    await one?.results("a", 1);
    const stream = await streamOf("ada");
    other?.subscribe("b", watch);
    const { payload } = (await other?.frame(({ type }) => type === "error")) ?? {};
    expect(payload).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED", maximum: 2 } }]);
    expect(await follow("ada")).toMatchObject({ status: 429 });
    stream.close();
    await vi.waitFor(async () => {
      const id = `c${other?.frames.length}`;
      other?.subscribe(id, watch);
      expect((await other?.frame((frame) => frame.id === id))?.type).toBe("next");
    }, until);
    one?.socket.terminate();
    other?.socket.terminate();
    await feed.until(({ open }) => open === 0);
    const again = await connect("ada");
    for (const id of ["a", "b"]) {
      again.subscribe(id, watch);
      await again.results(id, 1);
    }
  });

  it("are given back when one cannot begin", async () => {
    await start({ subscriptionsPerUser: 1 });
    const client = await connect("ada");
    const broken = `subscription { simulationEvents(simulationId: "sim-1", after: -1) { seq } }`;
    for (const id of ["a", "b", "c"]) {
      client.subscribe(id, broken);
      await client.frame((frame) => frame.id === id);
    }
    client.subscribe("d", watch);
    await client.results("d", 1);
    expect(hits).toEqual([]);
  });
});

describe("event streams", () => {
  it.each(["streamsPerUser", "streamsPerAddress"] as const)("are bounded by %s", async (limit) => {
    await start({ [limit]: 1 });
    const stream = await streamOf("ada");
    const { status, text } = await follow("ada");
    expect(status).toBe(429);
    expect(JSON.parse(text).errors[0].extensions).toMatchObject({ code: "LIMIT_EXCEEDED", limit });
    // By sockets there is still room.
    const client = await connect("ada");
    client.subscribe("a", watch);
    await client.results("a", 1);
    stream.close();
    await vi.waitFor(async () => (await streamOf("ada")).close(), until);
  });
});
