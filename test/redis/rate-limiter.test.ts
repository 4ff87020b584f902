import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createMemoryRateLimiter } from "../../src/memory/rate-limiter.ts";
import { createRedisRateLimiter } from "../../src/redis/rate-limiter.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { quietLog } from "../support/simulations.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

const until = { timeout: 10_000, interval: 20 };
const budgets = { user: 10, address: 3 };

/** As two replicas of an installation have them, once both reach Redis. */
async function pair() {
  const installation = randomUUID();
  const open = () =>
    createRedisRateLimiter({
      url: redis.url,
      installation,
      budgets,
      own: createMemoryRateLimiter(budgets),
      log: quietLog(),
    });
  const [one, other] = [open(), open()];
  for (const limiter of [one, other]) {
    await vi.waitFor(async () => {
      await limiter.spend("user", "nobody", 1);
      expect(limiter.isShared).toBe(true);
    }, until);
  }
  return {
    one,
    other,
    close() {
      one.close();
      other.close();
    },
  };
}

describe("budgets in Redis", () => {
  it("are shared by replicas, and tell when they are whole again", async () => {
    const { one, other, close } = await pair();
    expect(await one.spend("user", "ada", 6)).toBe(0);
    expect(await other.spend("user", "ada", 4)).toBe(0);
    for (const limiter of [one, other]) {
      const wait = await limiter.spend("user", "ada", 1);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60_000);
    }
    expect(await other.spend("user", "bob", 1)).toBe(0);
    expect(await other.spend("address", "ada", 1)).toBe(0);
    close();
  });

  it("are gone from Redis by themselves", async () => {
    const { one, close } = await pair();
    await one.spend("user", "eve", 1);
    const keys = (await redis.command("KEYS *budget:user:eve")).split("\r\n");
    const ttl = await redis.command(`TTL ${keys[2]}`);
    expect(Number(ttl.trim().slice(1))).toBeGreaterThan(0);
    close();
  });

  it("are each replica's own while Redis is gone, at once, and shared again after", async () => {
    const { one, other, close } = await pair();
    await one.spend("user", "ada", 10);
    await redis.kill();
    // Its own budget is whole, and bounded all the same.
    expect(await one.spend("user", "ada", 10)).toBe(0);
    expect(await one.spend("user", "ada", 1)).toBeGreaterThan(0);
    expect(await other.spend("user", "ada", 10)).toBe(0);
    expect(one.isShared).toBe(false);
    await redis.start();
    await vi.waitFor(async () => {
      for (const limiter of [one, other]) {
        await limiter.spend("user", "nobody", 1);
        expect(limiter.isShared).toBe(true);
      }
    }, until);
    expect(await one.spend("user", "ada", 10)).toBe(0);
    expect(await other.spend("user", "ada", 1)).toBeGreaterThan(0);
    close();
  });

  it("are decided without Redis while it says nothing", async () => {
    const { one, close } = await pair();
    redis.freeze();
    const decided = await Promise.all(Array.from({ length: 11 }, () => one.spend("user", "ada", 1)));
    redis.thaw();
    expect(decided.filter((wait) => wait === 0)).toHaveLength(10);
    expect(one.isShared).toBe(false);
    close();
  });
});
