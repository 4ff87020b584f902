// Who comes in, and how many at once: strangers, and storms.
import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ServiceError } from "../../src/core/errors.ts";
import { type Meter, noMeter } from "../../src/core/ports/meter.ts";
import { developmentViewer } from "../../src/core/viewer.ts";
import type { LimitName, ServerLimits } from "../../src/server/limits.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { postJson } from "../support/http.ts";
import { identityBy } from "../support/identities.ts";
import { type Api, startApi } from "./api.ts";

const until = { timeout: 10_000, interval: 10 };
const query = "{ __typename }";
const good = { authorization: "Bearer good" };
const identity = identityBy((token) => (token === "good" ? developmentViewer : null));

const upgradeRequest = (url: string) =>
  `GET /graphql HTTP/1.1
host: ${new URL(url).host}
connection: upgrade
upgrade: websocket
sec-websocket-version: 13
sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==
sec-websocket-protocol: graphql-transport-ws

`.replaceAll("\n", "\r\n");

let api: Api;
let hits: LimitName[] = [];
afterEach(() => api.close());

async function start(limits: Partial<ServerLimits>, options: Parameters<typeof startApi>[0] = {}) {
  hits = [];
  api = await startApi({ identity, limits, limitHit: (name) => hits.push(name), ...options });
}

describe("an address that fails to say who it is", () => {
  it("is answered 429 over HTTP when it has failed too often, before its token is looked at", async () => {
    let asked = 0;
    const counting = identityBy((token) => {
      asked += 1;
      return token === "good" ? developmentViewer : null;
    });
    await start({ failuresPerAddress: 3 }, { identity: counting });
    for (let n = 0; n < 3; n += 1) expect((await postJson(api.url, { query })).status).toBe(401);
    expect((await postJson(api.url, { query }, good)).status).toBe(200);
    expect((await postJson(api.url, { query })).status).toBe(401);
    const { status, headers, text } = await vi.waitFor(async () => {
      const answer = await postJson(api.url, { query }, good);
      expect(answer.status).toBe(429);
      return answer;
    }, until);
    const before = asked;
    expect(status).toBe(429);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    expect(JSON.parse(text).errors[0].extensions.code).toBe("RATE_LIMITED");
    expect((await postJson(api.url, { query }, good)).status).toBe(429);
    expect(asked).toBe(before);
    expect(new Set(hits)).toEqual(new Set(["failuresPerAddress"]));
  });

  it.each([
    ["says nothing until it is closed", (client: GraphQLWsClient) => client],
    ["goes before it has said who it is", (client: GraphQLWsClient) => client.socket.terminate()],
  ])("fails by a socket that %s", async (_, act) => {
    await start({ failuresPerAddress: 1, initWaitMs: 50 });
    for (let n = 0; n < 2; n += 1) {
      const silent = await GraphQLWsClient.open(api);
      act(silent);
      await silent.closed;
    }
    await vi.waitFor(() => expect(GraphQLWsClient.open(api)).rejects.toThrow("429"), until);
  });

  it("does not fail by a socket that was acknowledged, or is told to come again", async () => {
    let away = false;
    const unsteady = {
      async session(token: string | undefined) {
        if (away) throw new ServiceError("UNAVAILABLE", "The keys cannot be fetched.");
        return identity.session(token);
      },
      isOver: identity.isOver,
    };
    await start({ failuresPerAddress: 1 }, { identity: unsteady });
    for (let n = 0; n < 3; n += 1) await (await GraphQLWsClient.connect(api, good)).close();
    away = true;
    for (let n = 0; n < 3; n += 1) {
      const waiting = await GraphQLWsClient.open(api);
      waiting.send({ type: "connection_init", payload: good });
      expect(await waiting.closed).toMatchObject({ code: 1013 });
    }
    away = false;
    await vi.waitFor(() => expect(api.stats().sockets).toBe(0), until);
    await GraphQLWsClient.connect(api, good);
    expect(hits).toEqual([]);
  });

  it("opens no socket then", async () => {
    await start({ failuresPerAddress: 1 });
    for (let n = 0; n < 2; n += 1) {
      const stranger = await GraphQLWsClient.open(api);
      stranger.send({ type: "connection_init", payload: { authorization: "Bearer guess" } });
      expect(await stranger.closed).toMatchObject({ code: 4403 });
    }
    await vi.waitFor(() => expect(GraphQLWsClient.open(api)).rejects.toThrow("429"), until);
  });
});

describe("a user whose points are spent", () => {
  it("is told over HTTP when to come back, over a socket for that operation alone", async () => {
    await start({ pointsPerUser: 10 });
    const client = await GraphQLWsClient.connect(api, good);
    for (let n = 0; n < 10; n += 1) await postJson(api.url, { query }, good);
    for (const accept of ["application/json", "application/graphql-response+json", "text/event-stream"]) {
      const { status, headers, text } = await postJson(api.url, { query }, { ...good, accept });
      expect(status).toBe(429);
      const { extensions } = JSON.parse(text).errors[0];
      expect(extensions).toMatchObject({ code: "RATE_LIMITED", limit: "pointsPerUser", maximum: 10 });
      expect(headers["retry-after"]).toBe(String(extensions.retryAfter));
    }
    for (const id of ["a", "b"]) {
      client.subscribe(id, query);
      const { type, payload } = await client.frame((frame) => frame.id === id);
      expect(type).toBe("error");
      expect(payload).toMatchObject([
        { extensions: { code: "RATE_LIMITED", retryAfter: expect.any(Number) } },
      ]);
    }
    await client.close();
  });

  it("pays for what is refused, too", async () => {
    await start({ pointsPerUser: 20 });
    const refused = ["{", "{ nothing }", `{ ${"a".repeat(300)}: __typename }`];
    await vi.waitFor(async () => {
      for (const one of refused) {
        expect((await postJson(api.url, { query: one }, good)).text).toContain("RATE_LIMITED");
      }
    }, until);
  });
});

describe("a storm of upgrades", () => {
  it("is let in in the order of coming, as fast as a replica can greet", async () => {
    await start({ upgradeBurst: 2, upgradesPerSecond: 20 });
    const opened: number[] = [];
    const open = async (index: number) => {
      const client = await GraphQLWsClient.open(api);
      opened.push(index);
      return client;
    };
    const begunAt = performance.now();
    const clients = await Promise.all(Array.from({ length: 12 }, (_, index) => open(index)));
    expect(performance.now() - begunAt).toBeGreaterThan(400);
    expect(opened).toEqual(opened.toSorted((a, b) => a - b));
    expect(hits).toEqual([]);
    await Promise.all(clients.map((client) => client.close()));
  });

  it("leaves no place to those who hang up meanwhile", async () => {
    const gauges = new Map<string, () => unknown>();
    const meter: Meter = { ...noMeter, gauge: (name, _, read) => void gauges.set(name, read) };
    await start({ upgradeBurst: 1, upgradesPerSecond: 1 }, { meter });
    const waiting = () => gauges.get("simulations_sockets_waiting")?.();
    await GraphQLWsClient.open(api);
    const impatient = Array.from({ length: 20 }, () => connect(Number(new URL(api.url).port), "127.0.0.1"));
    for (const socket of impatient) socket.write(upgradeRequest(api.url));
    await vi.waitFor(() => expect(waiting()).toBeGreaterThan(15), until);
    for (const socket of impatient) socket.end();
    await vi.waitFor(() => expect(waiting()).toBe(0), until);
  });

  it("is sent elsewhere by a replica that goes away", async () => {
    const gauges = new Map<string, () => unknown>();
    const meter: Meter = { ...noMeter, gauge: (name, _, read) => void gauges.set(name, read) };
    await start({ upgradeBurst: 1, upgradesPerSecond: 1 }, { meter });
    await GraphQLWsClient.open(api);
    const waiting = Promise.allSettled(Array.from({ length: 3 }, () => GraphQLWsClient.open(api)));
    await vi.waitFor(() => expect(gauges.get("simulations_sockets_waiting")?.()).toBe(3), until);
    await api.close();
    expect((await waiting).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  it("waits up to a bound; the others are answered 503 and told to come at different times", async () => {
    await start({ upgradeBurst: 5, upgradesPerSecond: 1, upgradesWaiting: 0 });
    const answers = await Promise.allSettled(Array.from({ length: 30 }, () => GraphQLWsClient.open(api)));
    const opened = answers.filter(({ status }) => status === "fulfilled").length;
    // More only where this machine was so slow that seconds went by.
    expect(opened).toBeGreaterThanOrEqual(5);
    expect(opened).toBeLessThan(30);
    expect(hits.filter((name) => name === "upgradesWaiting")).toHaveLength(30 - opened);
  });

  it("does not fill a replica with sockets that say nothing", async () => {
    await start({ unacknowledged: 2 });
    const silent = [await GraphQLWsClient.open(api), await GraphQLWsClient.open(api)];
    await expect(GraphQLWsClient.open(api)).rejects.toThrow("503");
    expect(hits).toEqual(["unacknowledged"]);
    silent[0]?.send({ type: "connection_init", payload: good });
    await silent[0]?.frame(({ type }) => type === "connection_ack");
    await GraphQLWsClient.connect(api, good);
    silent[1]?.socket.terminate();
    await vi.waitFor(() => GraphQLWsClient.open(api), until);
  });

  it("does not let one address take the place of all who have not said who they are", async () => {
    await start({ unacknowledgedPerAddress: 2 });
    const silent = [await GraphQLWsClient.open(api), await GraphQLWsClient.open(api)];
    await expect(GraphQLWsClient.open(api)).rejects.toThrow("429");
    expect(hits).toEqual(["unacknowledgedPerAddress"]);
    silent[0]?.send({ type: "connection_init", payload: good });
    await silent[0]?.frame(({ type }) => type === "connection_ack");
    await GraphQLWsClient.connect(api, good);
    silent[1]?.socket.terminate();
    await vi.waitFor(() => GraphQLWsClient.open(api), until);
  });

  it("does not open more sockets than a replica takes", async () => {
    await start({ sockets: 1 });
    await GraphQLWsClient.connect(api, good);
    await expect(GraphQLWsClient.open(api)).rejects.toThrow("503");
    expect(hits).toEqual(["sockets"]);
  });

  it("finds out who comes a few at a time, and tells the others to try again", async () => {
    const asking: (() => void)[] = [];
    const slow = {
      async session(token: string | undefined) {
        await new Promise<void>((resolve) => asking.push(resolve));
        return identity.session(token);
      },
      isOver: identity.isOver,
    };
    await start({ identifying: 2, identifyingQueue: 1 }, { identity: slow });
    const answers = Array.from({ length: 4 }, () => postJson(api.url, { query }, good));
    const refused = await Promise.race(answers);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(hits).toEqual(["identifyingQueue"]);
    expect(asking).toHaveLength(2);
    const resuming = setInterval(() => {
      for (const resume of asking.splice(0)) resume();
    }, 5);
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 200, 200, 503]);
    clearInterval(resuming);
  });
});
