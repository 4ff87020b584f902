// Replicas on one Postgres, one Redis and one engine: what each does, and how they tell each other.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EngineChild, startEngineChild } from "../../src/clients/engine/child.ts";
import { pause, simulation, start, stop } from "../support/api.ts";
import { faultyProxy } from "../support/faulty-proxy.ts";
import { operation } from "../support/http.ts";
import { LogClient } from "../support/log-client.ts";
import { type ServerDatabase, serverDatabase } from "../support/postgres.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { log } from "../support/rig.ts";
import { endServices, type ServiceProcess, startService } from "../support/service-process.ts";

let engine: EngineChild;
let redis: RedisServer;
let database: ServerDatabase;

beforeAll(async () => {
  [engine, redis] = await Promise.all([startEngineChild(log), startRedis()]);
});
beforeEach(async () => {
  database = await serverDatabase();
});
afterEach(async () => {
  await endServices();
  await database.drop();
});
afterAll(async () => {
  await engine.close();
  await redis.kill();
});

const patience = { timeout: 30_000, interval: 50 };

function replica(roles: string, some: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    ENGINE_URL: `grpc://${engine.address}`,
    ROLES: roles,
    ...some,
  };
  return startService({ dataDir: "unused", env });
}

async function ready(url: string): Promise<unknown> {
  return (await fetch(`${url}/readyz`)).json();
}

describe("replicas of one role each", () => {
  it("let the API and the driving of simulations scale apart", async () => {
    const [api, owner] = await Promise.all([replica("api"), replica("owner")]);
    const { id } = await start(api.url, { designId: "mm1", duration: 60, speed: 0 });
    const client = new LogClient(id);
    expect(await client.follow(api.url, 0)).toBe("completed");
    expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
    expect((await fetch(`${owner.url}/graphql`)).status).toBe(404);
    expect(await ready(owner.url)).toEqual({
      status: "ok",
      parts: { database: "ok", bus: "ok", engines: "ok" },
    });
  });

  it("leave a simulation queued while nobody drives, and start it when somebody does", async () => {
    const api = await replica("api");
    const { id } = await start(api.url, { designId: "mm1", duration: 60, speed: 0 });
    expect((await simulation(api.url, id)).status).toBe("QUEUED");
    await replica("owner");
    await expect.poll(async () => (await simulation(api.url, id)).status, patience).toBe("COMPLETED");
  });
});

it("a replica that has lost the database ends in order all the same", async () => {
  const { hostname, port } = new URL(database.url);
  const proxy = await faultyProxy({ host: hostname, port: Number(port) });
  const url = new URL(database.url);
  url.host = `127.0.0.1:${proxy.port}`;
  const lonely = await replica("api,owner", { DATABASE_URL: url.href });
  const { id } = await start(lonely.url, { designId: "mm1", duration: 3_600, speed: 10 });
  const client = new LogClient(id);
  const following = client.follow(lonely.url, 0);
  await client.until(({ events }) => events.length >= 3);
  await proxy.close();
  await expect.poll(() => ready(lonely.url), patience).toMatchObject({ status: "down" });
  lonely.kill("SIGTERM");
  expect(await lonely.exited).toBe(0);
  expect(await following).toBe("closed");
});

describe("replicas that do both", () => {
  it("serve each other's simulations: followed on one, paused and stopped on another", async () => {
    const [first, second, third] = await Promise.all(
      ["api,owner", "api,owner", "api,owner"].map((roles) => replica(roles)),
    );
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("Three were started.");
    const { id } = await start(first.url, { designId: "mm1", duration: 3_600, speed: 10 });
    const clients = [first, second, third].map(({ url }) => {
      const client = new LogClient(id);
      return { client, following: client.follow(url, 0) };
    });
    const metrics = ({ events }: LogClient) =>
      events.some(({ __typename }) => __typename === "MetricsSampled");
    await Promise.all(clients.map(({ client }) => client.until(metrics)));
    const { data } = await operation(
      second.url,
      `{ simulation(id: "${id}") { owner { fencingToken leaseExpiresAt } } }`,
    );
    expect(data).toEqual({ simulation: { owner: { fencingToken: 1, leaseExpiresAt: expect.any(String) } } });
    await pause(second.url, id);
    const paused = ({ events }: LogClient) => events.some(({ status }) => status === "PAUSED");
    await Promise.all(clients.map(({ client }) => client.until(paused)));
    await stop(third.url, id);
    expect(await Promise.all(clients.map(({ following }) => following))).toEqual(Array(3).fill("completed"));
    const [log = [], ...others] = clients.map(({ client }) => client.events);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
    for (const other of others) expect(other).toEqual(log);
  });

  it("go on without Redis, by polling, say so, and are told of it when it is back", async () => {
    const [first, second] = await Promise.all([replica("api,owner"), replica("api,owner")]);
    const { id } = await start(first.url, { designId: "mm1", duration: 3_600, speed: 10 });
    const clients = [first, second].map(({ url }) => {
      const client = new LogClient(id);
      return { client, following: client.follow(url, 0) };
    });
    const seen = (count: number) => (client: LogClient) => client.events.length >= count;
    await Promise.all(clients.map(({ client }) => client.until(seen(3))));
    await redis.kill();
    await expect
      .poll(() => ready(second.url), patience)
      .toMatchObject({
        status: "degraded",
        parts: { database: "ok", bus: "down" },
      });
    const stale = ({ states }: LogClient) => states.at(-1)?.state === "STALE";
    await Promise.all(clients.map(({ client }) => client.until(stale)));
    const before = Math.max(...clients.map(({ client }) => client.events.length));
    await Promise.all(clients.map(({ client }) => client.until(seen(before + 4))));
    await redis.start();
    const live = ({ states }: LogClient) => states.at(-1)?.state === "LIVE";
    await Promise.all(clients.map(({ client }) => client.until(live)));
    await stop(second.url, id);
    await Promise.all(clients.map(({ following }) => following));
    for (const { client } of clients) {
      expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
      expect(client.events.at(-1)?.status).toBe("STOPPED");
    }
  });

  it("poll for what one of them drives that is cut off from Redis, and say so", async () => {
    const proxy = await faultyProxy({ host: "127.0.0.1", port: redis.port });
    const [api] = await Promise.all([
      replica("api"),
      replica("owner", { REDIS_URL: `redis://127.0.0.1:${proxy.port}` }),
    ]);
    const { id } = await start(api.url, { designId: "mm1", duration: 3_600, speed: 10 });
    const client = new LogClient(id);
    const following = client.follow(api.url, 0);
    const last = (state: string) => client.until(({ states }) => states.at(-1)?.state === state);
    // Ten samples a second: by then they have heard each other's beats, of which two come in a second.
    await client.until(({ events }) => events.length >= 18);
    proxy.swallow();
    await last("STALE");
    const { length } = client.events;
    await client.until(
      ({ events, states }) => events.length >= length + 4 && states.at(-1)?.state === "STALE",
    );
    expect(await ready(api.url)).toMatchObject({ status: "degraded", parts: { bus: "down" } });
    proxy.pass();
    await last("LIVE");
    await stop(api.url, id);
    expect(await following).toBe("completed");
    expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
    await endServices();
    await proxy.close();
  });
});
