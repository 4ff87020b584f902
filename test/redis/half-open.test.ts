// Connections that are there and carry nothing: what a firewall leaves that forgets, or a host that is gone.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { recorder } from "../memory/bus-contract.ts";
import { type FaultyProxy, faultyProxy } from "../support/faulty-proxy.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { noticeOf, openBus, until } from "./buses.ts";

let redis: RedisServer;
let proxy: FaultyProxy;

beforeAll(async () => {
  redis = await startRedis();
  proxy = await faultyProxy({ host: "127.0.0.1", port: redis.port });
});
afterEach(() => proxy.pass());
afterAll(async () => {
  await proxy.close();
  await redis.kill();
});

/** The ports that the server sees listening connections come from. */
async function listening(): Promise<number[]> {
  const list = await redis.command("CLIENT LIST TYPE pubsub");
  return [...list.matchAll(/ addr=127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

async function behindProxy() {
  const installation = randomUUID();
  const bus = await openBus(`redis://127.0.0.1:${proxy.port}`, installation);
  const [port] = await listening();
  if (port === undefined) throw new Error("The bus does not listen.");
  const peer = await openBus(redis.url, installation);
  const id = randomUUID();
  const heard = recorder();
  await bus.subscribe(id, heard);
  return { bus, peer, port, id, heard };
}

it("a listening connection that has gone deaf, alone, is noticed, made anew, and told of as a gap", async () => {
  const { bus, peer, port, id, heard } = await behindProxy();
  proxy.swallow(["down"], port);
  await vi.waitFor(() => expect(bus.health().up).toBe(false), until);
  const { gaps } = heard;
  peer.publish(noticeOf(id, 1));
  // Nothing passes on that connection any more: it is up again only by another one.
  await vi.waitFor(() => expect(bus.health()).toEqual({ up: true }), until);
  expect(heard.gaps).toBeGreaterThan(gaps);
  expect(heard.notices).toEqual([]);
  peer.publish(noticeOf(id, 2));
  await heard.until(1);
  expect(heard.notices.map(({ simulation }) => simulation.lastSeq)).toEqual([2]);
  await vi.waitFor(async () => expect(await listening()).not.toContain(port), until);
  await Promise.all([bus.close(), peer.close()]);
});

it("what was published into nothing is told to the others as a gap", async () => {
  const { bus, peer, id } = await behindProxy();
  const others = recorder();
  await peer.subscribe(id, others);
  proxy.swallow(["up"]);
  bus.publish(noticeOf(id, 1));
  await vi.waitFor(() => expect(bus.health().up).toBe(false), until);
  expect(others.notices).toEqual([]);
  const { gaps } = others;
  proxy.pass();
  await vi.waitFor(() => expect(bus.health()).toEqual({ up: true }), until);
  await vi.waitFor(() => expect(others.gaps).toBeGreaterThan(gaps), until);
  await Promise.all([bus.close(), peer.close()]);
});
