import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createRedisBus } from "../../src/redis/bus.ts";
import { busContract, recorder } from "../memory/bus-contract.ts";
import { faultyProxy } from "../support/faulty-proxy.ts";
import { silent } from "../support/postgres.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { logged } from "../support/simulations.ts";
import { busPair, noticeOf, openBus, until } from "./buses.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

const open = (url = redis.url, installation?: string) => openBus(url, installation);
const pair = () => busPair(redis.url);

busContract("the bus on Redis", pair);

describe("the bus on Redis, in trouble", () => {
  it("subscribes a channel once for all listeners of a simulation, and gives it back after the last", async () => {
    const { bus, peer } = await pair();
    const id = randomUUID();
    const unsubscribes = await Promise.all([1, 2, 3].map(() => bus.subscribe(id, recorder())));
    const subscribers = async () =>
      (await redis.command(`PUBSUB CHANNELS *simulation:${id}`)).startsWith("*1");
    expect(bus.channels()).toBe(1);
    expect(await subscribers()).toBe(true);
    for (const unsubscribe of unsubscribes) unsubscribe();
    expect(bus.channels()).toBe(0);
    await vi.waitFor(async () => expect(await subscribers()).toBe(false), until);
    await Promise.all([bus.close(), peer.close()]);
  });

  it("tells a gap after its connection was killed, and hears what is published from then on", async () => {
    const { bus, peer } = await pair();
    const id = randomUUID();
    const heard = recorder();
    await bus.subscribe(id, heard);
    await redis.command("CLIENT KILL TYPE pubsub");
    await vi.waitFor(() => expect(heard.gaps).toBeGreaterThan(0), until);
    peer.publish(noticeOf(id, 1));
    await heard.until(1);
    await Promise.all([bus.close(), peer.close()]);
  });

  it("is down while Redis is away, subscribes meanwhile, and tells a gap when it is back", async () => {
    const { bus, peer } = await pair();
    const [early, late] = [recorder(), recorder()];
    const id = randomUUID();
    await bus.subscribe(id, early);
    await redis.kill();
    await vi.waitFor(() => expect(bus.health()).toEqual({ up: false, reason: expect.any(String) }), until);
    const subscribing = bus.subscribe(id, late);
    peer.publish(noticeOf(id, 1));
    await redis.start();
    await subscribing;
    await vi.waitFor(() => expect(early.gaps).toBeGreaterThan(0), until);
    await vi.waitFor(() => expect(peer.health().up).toBe(true), until);
    peer.publish(noticeOf(id, 2));
    await Promise.all([early.until(1), late.until(1)]);
    expect(early.notices.map(({ simulation }) => simulation.lastSeq)).toEqual([2]);
    await Promise.all([bus.close(), peer.close()]);
  });

  it("is down while Redis is frozen, and up again after", async () => {
    const bus = await open();
    const heard = recorder();
    await bus.subscribe(randomUUID(), heard);
    redis.freeze();
    await vi.waitFor(() => expect(bus.health().up).toBe(false), until);
    redis.thaw();
    await vi.waitFor(() => expect(bus.health().up).toBe(true), until);
    expect(heard.gaps).toBeGreaterThan(0);
    await bus.close();
  });

  it("tells others of a gap when what it published may not have arrived", async () => {
    const { bus, peer } = await pair();
    const heard = recorder();
    const id = randomUUID();
    await bus.subscribe(id, heard);
    // Only the publisher of the peer is cut off: the listening side of `bus` stays as it is.
    await redis.command("CLIENT KILL TYPE normal SKIPME yes");
    for (let seq = 1; seq <= 5; seq += 1) peer.publish(noticeOf(id, seq));
    await vi.waitFor(() => expect(heard.gaps).toBeGreaterThan(0), until);
    await Promise.all([bus.close(), peer.close()]);
  });

  it("sends a notice that is too large without its events", async () => {
    const { bus, peer } = await pair();
    const id = randomUUID();
    const heard = recorder();
    await bus.subscribe(id, heard);
    peer.publish(noticeOf(id, 3, logged("x".repeat(300_000))));
    await heard.until(1);
    expect(heard.notices[0]?.events).toEqual([]);
    expect(heard.notices[0]?.simulation.lastSeq).toBe(3);
    await Promise.all([bus.close(), peer.close()]);
  });

  it("sends what nobody listens to without its events, and with them again once somebody does", async () => {
    const { bus, peer } = await pair();
    const [id, other] = [randomUUID(), randomUUID()];
    const [heard, exchange] = [recorder(), recorder()];
    await bus.subscribe(other, exchange);
    peer.publish(noticeOf(id, 1));
    // What Redis answered about the first has come before what it answers about these.
    for (const seq of [1, 2, 3]) {
      peer.publish(noticeOf(other, seq));
      await exchange.until(seq);
    }
    await bus.subscribe(id, heard);
    peer.publish(noticeOf(id, 2));
    await heard.until(1);
    expect(heard.notices.map(({ events }) => events.length)).toEqual([0]);
    expect(heard.notices[0]?.simulation.lastSeq).toBe(2);
    // As soon as the answer is there that one has got it.
    let seq = 2;
    await vi.waitFor(() => {
      seq += 1;
      peer.publish(noticeOf(id, seq));
      expect(heard.notices.at(-1)?.events).toHaveLength(1);
    }, until);
    expect(exchange.notices.map(({ events }) => events.length)).toEqual([1, 1, 1]);
    await Promise.all([bus.close(), peer.close()]);
  });

  it("takes a message that it cannot read for a gap", async () => {
    const bus = await open(redis.url, "here");
    const heard = recorder();
    const id = randomUUID();
    await bus.subscribe(id, heard);
    for (const message of [
      "garbage",
      "7",
      "null",
      '{"version":99}',
      '{"version":1,"simulation":{},"events":[]}',
    ]) {
      await redis.command(`PUBLISH simulations:here:simulation:${id} ${JSON.stringify(message)}`);
    }
    await vi.waitFor(() => expect(heard.gaps).toBe(5), until);
    expect(heard.notices).toEqual([]);
    await bus.close();
  });

  it("keeps installations on one server apart", async () => {
    const [bus, other] = [await open(), await open()];
    const id = randomUUID();
    const heard = recorder();
    await bus.subscribe(id, heard);
    await bus.subscribeAll(heard);
    other.publish(noticeOf(id, 1));
    bus.publish(noticeOf(id, 2));
    await heard.until(2);
    expect(heard.notices.map(({ simulation }) => simulation.lastSeq)).toEqual([2, 2]);
    await Promise.all([bus.close(), other.close()]);
  });

  it("says why it is down when the password is wrong, and leaves nothing behind when it is closed then", async () => {
    const guarded = await startRedis(["requirepass right"]);
    const url = guarded.url.replace("//", "//:wrong@");
    const bus = createRedisBus({
      url,
      installation: "x",
      replica: "r",
      living: async () => new Set<string>(),
      log: silent,
    });
    const listening = bus.subscribe(randomUUID(), recorder());
    listening.catch(() => {});
    await vi.waitFor(() => expect(bus.health().reason).toMatch(/WRONGPASS|invalid/i), until);
    await bus.close();
    await expect(listening).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await guarded.kill();
  });

  it("is refused a channel without harm, and hears it once it is allowed", async () => {
    const guarded = await startRedis();
    await guarded.command("ACL SETUSER replica on >secret ~* resetchannels &*:lost &*:pulse &*:all +@all");
    const url = guarded.url.replace("//", "//replica:secret@");
    const bus = await open(url);
    const id = randomUUID();
    const heard = recorder();
    const subscribing = bus.subscribe(id, heard);
    await guarded.command("ACL SETUSER replica allchannels");
    await subscribing;
    bus.publish(noticeOf(id, 1));
    await heard.until(1);
    await bus.close();
    await guarded.kill();
  });

  it("outlives the loss of its right to channels, and tells a gap when it has it back", async () => {
    const guarded = await startRedis();
    const may = (channels: string) =>
      guarded.command(`ACL SETUSER replica on >secret ~* resetchannels ${channels} +@all`);
    await may("&*");
    const bus = await open(guarded.url.replace("//", "//replica:secret@"));
    const [lost, kept] = [recorder(), recorder()];
    const id = randomUUID();
    await bus.subscribe(id, lost);
    await bus.subscribeAll(kept);
    // The server ends the connections of those who listen where they may not any more.
    await may("&*:lost &*:pulse &*:all");
    await vi.waitFor(() => expect(kept.gaps).toBeGreaterThan(0), until);
    const { gaps } = lost;
    await may("&*");
    await vi.waitFor(() => expect(lost.gaps).toBeGreaterThan(gaps), until);
    bus.publish(noticeOf(id, 1));
    await lost.until(1);
    await bus.close();
    await guarded.kill();
  });

  it("ends in order while it is about to listen again", async () => {
    const { bus, peer } = await pair();
    for (let count = 0; count < 50; count += 1) await bus.subscribe(randomUUID(), recorder());
    const rejections: unknown[] = [];
    const note = (reason: unknown) => void rejections.push(reason);
    process.on("unhandledRejection", note);
    for (let round = 0; round < 5; round += 1) await redis.command("CLIENT KILL TYPE pubsub");
    await bus.close();
    await vi.waitFor(() => expect(peer.health().up).toBe(true), until);
    await peer.close();
    process.off("unhandledRejection", note);
    expect(rejections).toEqual([]);
  });
});

describe("other replicas on Redis", () => {
  it("that live and are not heard are told of, until they are heard again", async () => {
    const proxy = await faultyProxy({ host: "127.0.0.1", port: redis.port });
    const installation = randomUUID();
    const bus = await openBus(redis.url, installation, { living: async () => new Set(["the-other"]) });
    const replica = "the-other";
    const peer = await openBus(`redis://127.0.0.1:${proxy.port}`, installation, { replica });
    const heard = recorder();
    await bus.subscribe(randomUUID(), heard);
    proxy.swallow();
    const reason = expect.stringContaining(replica);
    await vi.waitFor(() => expect(bus.health()).toEqual({ up: false, reason }), until);
    expect(heard.gaps).toBe(1);
    proxy.pass();
    await vi.waitFor(() => expect(bus.health()).toEqual({ up: true }), until);
    expect(heard.gaps).toBeGreaterThan(1);
    await Promise.all([bus.close(), peer.close()]);
    await proxy.close();
  });

  it("that were never heard are told of as well, until they are heard or gone", async () => {
    const installation = randomUUID();
    const replica = "cut-off-from-its-start";
    const there = new Set([replica, "dies-unheard"]);
    const bus = await openBus(redis.url, installation, { living: async () => there });
    const heard = recorder();
    await bus.subscribe(randomUUID(), heard);
    await vi.waitFor(() => expect(bus.health().up).toBe(false), until);
    expect(heard.gaps).toBe(2);
    there.delete("dies-unheard");
    const peer = await openBus(redis.url, installation, { replica });
    await vi.waitFor(() => expect(bus.health()).toEqual({ up: true }), until);
    // What the two published until then may have been lost.
    expect(heard.gaps).toBe(4);
    await Promise.all([bus.close(), peer.close()]);
  });

  it("that are heard late tell of what may have been lost before", async () => {
    const installation = randomUUID();
    const bus = await openBus(redis.url, installation);
    const heard = recorder();
    await bus.subscribe(randomUUID(), heard);
    const beat = (number: number) =>
      redis.command(
        `PUBLISH simulations:${installation}:pulse ${JSON.stringify(JSON.stringify(["late", number]))}`,
      );
    await beat(11);
    await vi.waitFor(() => expect(heard.gaps).toBe(1), until);
    await beat(12);
    await beat(14);
    await vi.waitFor(() => expect(heard.gaps).toBe(2), until);
    await bus.close();
  });

  it("that came while the leases were read are not gone", async () => {
    const installation = randomUUID();
    const first = Promise.withResolvers<ReadonlySet<string>>();
    let looks = 0;
    const living = async () => {
      looks += 1;
      return looks === 1 ? await first.promise : new Set(["late"]);
    };
    const bus = await openBus(redis.url, installation, { living });
    await vi.waitFor(() => expect(looks).toBe(1), until);
    const beat = JSON.stringify(JSON.stringify(["late", 1]));
    await redis.command(`PUBLISH simulations:${installation}:pulse ${beat}`);
    await vi.waitFor(() => expect(bus.health().up).toBe(false), until);
    first.resolve(new Set());
    await vi.waitFor(() => expect(looks).toBe(2), until);
    expect(bus.health().up).toBe(false);
    await bus.close();
  });

  it("are not missed by one that was held up itself", async () => {
    const installation = randomUUID();
    const living = async () => new Set(["the-other"]);
    const peer = await openBus(redis.url, installation, { replica: "the-other" });
    const bus = await openBus(redis.url, installation, { living });
    const heard = recorder();
    await bus.subscribe(randomUUID(), heard);
    const id = randomUUID();
    const exchange = recorder();
    await bus.subscribe(id, exchange);
    // The other has been heard.
    await vi.waitFor(() => expect(heard.gaps).toBe(1), until);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
    // What comes after has been read after what came meanwhile.
    peer.publish(noticeOf(id, 1));
    await exchange.until(1);
    expect(heard.gaps).toBe(1);
    expect(bus.health()).toEqual({ up: true });
    await Promise.all([bus.close(), peer.close()]);
  });

  it("that have said goodbye are not expected, though their leases end later", async () => {
    const installation = randomUUID();
    let looks = 0;
    const living = async () => {
      looks += 1;
      return new Set(["polite"]);
    };
    const polite = await openBus(redis.url, installation, { replica: "polite" });
    const bus = await openBus(redis.url, installation, { living });
    await polite.close();
    // Three looks are far more than the time in which one that is expected would be missing.
    await vi.waitFor(() => expect(looks).toBeGreaterThan(2), until);
    expect(bus.health()).toEqual({ up: true });
    await bus.close();
  });

  it("that are gone are forgotten, after a look into the log; that say goodbye, at once", async () => {
    const proxy = await faultyProxy({ host: "127.0.0.1", port: redis.port });
    const installation = randomUUID();
    let asked = 0;
    const living = async () => {
      asked += 1;
      return new Set<string>();
    };
    const bus = await openBus(redis.url, installation, { living });
    const killed = await openBus(`redis://127.0.0.1:${proxy.port}`, installation, { replica: "killed" });
    const polite = await openBus(redis.url, installation, { replica: "polite" });
    const heard = recorder();
    await bus.subscribe(randomUUID(), heard);
    await polite.close();
    const before = asked;
    proxy.swallow();
    await vi.waitFor(() => expect(heard.gaps).toBe(2), until);
    await vi.waitFor(() => expect(bus.health()).toEqual({ up: true }), until);
    expect(asked).toBeGreaterThan(before);
    expect(heard.gaps).toBe(2);
    await Promise.all([bus.close(), killed.close()]);
    await proxy.close();
  });
});
