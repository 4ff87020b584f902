import { describe, expect, it } from "vitest";
import { slowLookMs } from "../../src/feed/limits.ts";
import { staleReasons } from "../../src/feed/stale-reasons.ts";
import { sampled } from "../support/simulations.ts";
import {
  Consumer,
  createWorld,
  eventsOf,
  liveReader,
  nothingLeft,
  shorts,
  smallLimits,
  turn,
  type World,
} from "./world.ts";

describe("STALE", () => {
  const reasons = ({ items }: Consumer) =>
    items.flatMap((item) => (item.kind === "state" ? [`${item.state}: ${item.reason}`] : []));

  it("tells what the simulation says of its engine, and LIVE follows", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    world.say([], { staleReason: "The engine is silent." });
    world.say([], { staleReason: null });
    await turn();
    expect(reasons(reader)).toEqual(["LIVE: null", "STALE: The engine is silent.", "LIVE: null"]);
    await reader.stop();
  });

  it("takes the place of LIVE for who joins in the meantime", async () => {
    const world = createWorld(smallLimits, { staleReason: "The engine is silent." });
    const reader = await liveReader(world);
    expect(reasons(reader)).toEqual(["STALE: The engine is silent."]);
    await reader.stop();
  });

  it("tells that the bus is down, while events still come from the log", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    world.bus.setHealth(false);
    world.commit([sampled()]);
    world.clock.advance(smallLimits.quietCheckMs * 1.25);
    await turn();
    expect(reasons(reader)).toEqual(["LIVE: null", `STALE: ${staleReasons.busDown}`]);
    expect(eventsOf(reader.items)).toHaveLength(1);
    world.bus.setHealth(true);
    world.clock.advance(smallLimits.quietCheckMs * 1.25);
    await turn();
    expect(reasons(reader).at(-1)).toBe("LIVE: null");
    await reader.stop();
  });

  it("has the log looked at about every half second while the bus is down", async () => {
    const world = createWorld({ ...smallLimits, quietCheckMs: 5_000 });
    const reader = await liveReader(world);
    world.bus.setHealth(false);
    // It is seen at the first look.
    for (let ms = 0; ms < 1_000; ms += 25) await advance(world, 25);
    const before = world.store.reads.getMany ?? 0;
    for (let ms = 0; ms < 60_000; ms += 25) await advance(world, 25);
    expect((world.store.reads.getMany ?? 0) - before).toBeGreaterThan(60_000 / 600);
    await reader.stop();
  });

  it("tells that the store cannot be read, and the reader stays and misses nothing", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    world.store.down = true;
    world.commit([sampled()]);
    world.say([sampled()]);
    await turn();
    expect(reasons(reader)).toEqual(["LIVE: null", `STALE: ${staleReasons.storeDown}`]);
    for (let round = 0; round < 5; round += 1) {
      world.clock.advance(smallLimits.quietCheckMs * 2);
      await turn();
    }
    expect(eventsOf(reader.items)).toEqual([]);
    world.store.down = false;
    world.clock.advance(smallLimits.quietCheckMs * 2);
    await turn();
    expect(eventsOf(reader.items)).toHaveLength(2);
    expect(reasons(reader).at(-1)).toBe("LIVE: null");
    await reader.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("tells of a store that hangs without waiting for its answer, and the answer heals", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    const answer = Promise.withResolvers<void>();
    world.store.before = () => answer.promise;
    world.commit([sampled()]);
    world.clock.advance(smallLimits.quietCheckMs * 2);
    await turn();
    expect(reasons(reader)).toEqual(["LIVE: null"]);
    world.clock.advance(slowLookMs);
    await turn();
    expect(reasons(reader)).toEqual(["LIVE: null", `STALE: ${staleReasons.storeDown}`]);
    answer.resolve();
    await turn();
    expect(eventsOf(reader.items)).toHaveLength(1);
    expect(reasons(reader).at(-1)).toBe("LIVE: null");
    await reader.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("is said while catching up when the store fails then, and catching up goes on", async () => {
    const world = createWorld();
    world.commit(Array.from({ length: 6 }, () => sampled()));
    const stream = await world.follow({ after: 0 });
    world.store.down = true;
    const reader = new Consumer(stream);
    await turn();
    world.store.down = false;
    world.clock.advance(smallLimits.quietCheckMs * 2);
    await turn();
    expect(shorts(reader.items)).toBe("CATCHING_UP@0 STALE@0 CATCHING_UP@0 1 2 3 4 5 6 LIVE@6");
    await reader.stop();
  });

  it("is the state of a topic whose subscription the bus refused, until it is there", async () => {
    const world = createWorld();
    const { subscribe } = world.bus;
    world.bus.subscribe = async () => {
      throw new Error("Refused.");
    };
    const reader = await liveReader(world);
    expect(reasons(reader)).toEqual([`STALE: ${staleReasons.busDown}`]);
    world.bus.subscribe = subscribe;
    world.commit([sampled()]);
    world.clock.advance(smallLimits.quietCheckMs * 2);
    await turn();
    world.say([sampled()]);
    await turn();
    expect(eventsOf(reader.items)).toHaveLength(2);
    expect(reasons(reader).at(-1)).toBe("LIVE: null");
    await reader.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });
});

async function advance(world: World, ms: number): Promise<void> {
  world.clock.advance(ms);
  await turn();
}
