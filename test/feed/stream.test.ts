import { describe, expect, it } from "vitest";
import { changedTo, sampled } from "../support/simulations.ts";
import { Consumer, createWorld, nothingLeft, short, shorts, turn } from "./world.ts";

describe("a stream", () => {
  it("settles a pending next at once when it is returned, and lets everything go", async () => {
    const world = createWorld();
    const stream = await world.follow();
    await stream.next();
    const pending = [stream.next(), stream.next()];
    await stream.return?.();
    expect(await Promise.all(pending)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await stream.return?.();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("settles a next that waits for the log, though the log never answers", async () => {
    const world = createWorld();
    world.commit([sampled()]);
    const stream = await world.follow({ after: 0 });
    await stream.next();
    world.store.before = () => new Promise(() => {});
    const pending = stream.next();
    await stream.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("serves several pending nexts in their order", async () => {
    const world = createWorld();
    const stream = await world.follow();
    const pending = [stream.next(), stream.next(), stream.next()];
    world.say([sampled()]);
    world.say([changedTo("COMPLETED")], { status: "COMPLETED" });
    const items = (await Promise.all(pending)).map(({ value }) => value);
    expect(shorts(items)).toBe("LIVE@0 1 2");
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("that is thrown into lets everything go", async () => {
    const world = createWorld();
    const stream = await world.follow();
    await expect(stream.throw?.(new Error("Enough."))).rejects.toThrow("Enough.");
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("ends a for-await loop that breaks", async () => {
    const world = createWorld();
    for await (const item of await world.follow()) {
      expect(short(item)).toBe("LIVE@0");
      break;
    }
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("fails where the simulation is gone, and lets everything go", async () => {
    const world = createWorld();
    const reader = new Consumer(await world.follow());
    world.store.getMany = async (_viewer, ids) => ids.map(() => null);
    world.bus.gap();
    world.clock.advance(0);
    await turn();
    expect(reader.error).toMatchObject({ code: "SIMULATION_NOT_FOUND" });
    expect(world.leftovers()).toEqual(nothingLeft);
  });
});

describe("a topic", () => {
  it("lives from its first reader to its last", async () => {
    const world = createWorld();
    const [one, two] = [new Consumer(await world.follow()), new Consumer(await world.follow())];
    world.say([sampled()]);
    await turn();
    expect(world.feed.stats()).toMatchObject({ topics: 1, readers: 2 });
    expect(world.feed.stats().tailBytes).toBeGreaterThan(0);
    expect(world.bus.listeners()).toBe(1);
    await one.stop();
    expect(world.feed.stats()).toMatchObject({ topics: 1, readers: 1 });
    await two.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("unsubscribes where the subscription comes after its last reader has gone", async () => {
    const world = createWorld();
    const { subscribe } = world.bus;
    let answer = () => {};
    world.bus.subscribe = async (id, listener) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return subscribe(id, listener);
    };
    const following = world.follow();
    world.clock.advance(2_000);
    await (await following).return?.();
    expect(world.leftovers()).toEqual(nothingLeft);
    answer();
    await turn();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("looks into the log where the subscription comes late", async () => {
    const world = createWorld();
    const { subscribe } = world.bus;
    let answer = () => {};
    world.bus.subscribe = async (id, listener) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return subscribe(id, listener);
    };
    const following = world.follow();
    world.clock.advance(2_000);
    const reader = new Consumer(await following);
    world.say([sampled()]);
    answer();
    await turn();
    world.clock.advance(0);
    await turn();
    expect(shorts(reader.items)).toContain("STALE@0");
    expect(shorts(reader.items)).toMatch(/\b1\b/);
    await reader.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });
});

describe("a closed feed", () => {
  it("leaves its readers waiting, not ended, until they are returned", async () => {
    const world = createWorld();
    const reader = new Consumer(await world.follow());
    const list = new Consumer(
      await world.feed.updates({ userId: "developer", roles: new Map(), admin: true }, {}),
    );
    await turn();
    await world.feed.close();
    world.say([changedTo("COMPLETED")], { status: "COMPLETED" });
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0");
    expect([reader.ended, list.ended]).toEqual([false, false]);
    await reader.stop();
    await list.stop();
    await turn();
    expect([reader.ended, list.ended]).toEqual([true, true]);
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("refuses new readers", async () => {
    const world = createWorld();
    await world.feed.close();
    await expect(world.follow()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const viewer = { userId: "developer", roles: new Map(), admin: true };
    await expect(world.feed.updates(viewer, {})).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
