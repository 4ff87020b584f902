import { describe, expect, it } from "vitest";
import { collectGarbage } from "../support/collect-garbage.ts";
import { changedTo, logged, sampled } from "../support/simulations.ts";
import {
  Consumer,
  createWorld,
  eventsOf,
  liveReader,
  nothingLeft,
  shorts,
  smallLimits,
  turn,
} from "./world.ts";

const completed = changedTo("COMPLETED");

describe("a notice", () => {
  it("that is lost is read from the log when the next one shows the hole", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    world.commit([sampled()]);
    world.say([sampled()]);
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0 1 2");
    await reader.stop();
  });

  it("that is lost as the last one is noticed when the topic has been quiet", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    world.commit([sampled(), completed], { status: "COMPLETED" });
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0");
    world.clock.advance(smallLimits.quietCheckMs * 1.25);
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0 1 2");
    expect(reader.ended).toBe(true);
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("that is lost is read as soon as the bus tells of a gap", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    world.commit([sampled()]);
    world.bus.gap();
    world.clock.advance(0);
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0 1");
    const looks = world.store.reads.getMany;
    world.clock.advance(smallLimits.quietCheckMs * 0.75);
    await turn();
    expect(world.store.reads.getMany).toBe(looks);
    await reader.stop();
  });

  it("that is doubled, late or out of order changes nothing", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    const [one, two, three] = [
      world.commit([sampled()]),
      world.commit([logged()]),
      world.commit([sampled()]),
    ];
    for (const notice of [two, one, two, three, one, three]) world.bus.publish(notice);
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0 1 2 3");
    expect(reader.items.at(-1)?.simulation.lastSeq).toBe(3);
    await reader.stop();
  });

  it("whose simulation is older than its events is not believed", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    const before = world.store.row("sim-1");
    const { events } = world.commit([sampled()]);
    world.bus.publish({ simulation: before, events });
    await turn();
    world.clock.advance(0);
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0 1");
    expect(reader.items[1]?.simulation.lastSeq).toBe(1);
    await reader.stop();
  });

  it("that comes while a hole is being read is kept, and costs no further read", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    let answer = () => {};
    world.store.before = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    world.commit([sampled()]);
    world.say([sampled()]);
    await turn();
    const read = answer;
    world.store.before = async () => {};
    for (let count = 0; count < 3; count += 1) world.say([sampled()]);
    read();
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0 1 2 3 4 5");
    expect(world.store.reads.events).toBe(1);
    await reader.stop();
  });
});

describe("a reader that lags", () => {
  it("falls off the tail, says so, catches up from the log and is LIVE again", async () => {
    const world = createWorld();
    const stream = await world.follow();
    const taken = [(await stream.next()).value];
    for (let count = 0; count < 20; count += 1) world.say([sampled()]);
    const reader = new Consumer(stream);
    await turn();
    const seqs = Array.from({ length: 20 }, (_, index) => index + 1).join(" ");
    expect(shorts([...taken, ...reader.items])).toBe(`LIVE@0 CATCHING_UP@0 ${seqs} LIVE@20`);
    await reader.stop();
  });

  it("shares its reads of the log with those at the same place", async () => {
    const world = createWorld();
    world.commit(Array.from({ length: 12 }, () => sampled()));
    const readers = await Promise.all(
      Array.from({ length: 10 }, async () => new Consumer(await world.follow({ after: 0 }))),
    );
    await turn();
    for (const reader of readers) expect(eventsOf(reader.items)).toHaveLength(12);
    expect(world.store.reads.events).toBe(3);
    for (const reader of readers) await reader.stop();
  });

  it("shares them with those at other places of the same page, also when they come later", async () => {
    const world = createWorld();
    world.commit(Array.from({ length: 12 }, () => sampled()));
    const early = await world.follow({ after: 0 });
    await early.next();
    await early.next();
    const late = await Promise.all(
      [1, 2, 3].map(async (after) => new Consumer(await world.follow({ after }))),
    );
    await turn();
    for (const [index, { items }] of late.entries()) expect(eventsOf(items)).toHaveLength(11 - index);
    expect(world.store.reads.events).toBe(3);
    for (const reader of late) await reader.stop();
    await early.return?.();
  });

  it("reads no more than it needs while it is alone", async () => {
    const world = createWorld();
    world.commit(Array.from({ length: 15 }, () => sampled()));
    const asked: number[] = [];
    const read = world.store.events;
    world.store.events = (viewer, id, query) => {
      asked.push(query.after);
      return read(viewer, id, query);
    };
    const reader = new Consumer(await world.follow({ after: 3 }));
    await turn();
    expect(eventsOf(reader.items)).toHaveLength(12);
    expect(asked).toEqual([3, 7, 11]);
    await reader.stop();
  });

  it("does not keep the page of the log it has stopped to take from, and still misses nothing", async () => {
    const world = createWorld();
    world.commit(Array.from({ length: 12 }, () => sampled()));
    const stream = await world.follow({ after: 0 });
    const taken = [(await stream.next()).value, (await stream.next()).value];
    const reads = world.store.reads.events ?? 0;
    for (let round = 0; round < 3; round += 1) {
      world.clock.advance(smallLimits.quietCheckMs * 2);
      await turn();
    }
    collectGarbage();
    const reader = new Consumer(stream);
    await turn();
    expect(shorts([...taken, ...reader.items])).toBe("CATCHING_UP@0 1 2 3 4 5 6 7 8 9 10 11 12 LIVE@12");
    expect(world.store.reads.events).toBe(reads + 3);
    await reader.stop();
  });

  it("is given the very same object as every other reader", async () => {
    const world = createWorld();
    const readers = [await liveReader(world), await liveReader(world)];
    world.say([sampled()]);
    await turn();
    const [one, two] = readers.map(({ items }) => items.at(-1));
    expect(one?.kind).toBe("event");
    expect(one).toBe(two);
    const late = new Consumer(await world.follow({ after: 0 }));
    await turn();
    expect(late.items[0]).toBe(one);
    await late.stop();
    for (const reader of readers) await reader.stop();
  });
});

describe("retention", () => {
  it("shows as one GAP, after which the log goes on", async () => {
    const world = createWorld();
    const bodies = [changedTo("RUNNING", "STARTING"), sampled(), logged(), sampled(), sampled(), logged()];
    world.commit(bodies);
    world.store.dropMetricsBefore("sim-1", 6);
    const reader = new Consumer(await world.follow({ after: 0 }));
    await turn();
    expect(shorts(reader.items)).toBe("CATCHING_UP@0 1 GAP@2 3 6 LIVE@6");
    await reader.stop();
  });

  it("shows also where nothing is left after the position", async () => {
    const world = createWorld();
    world.commit([changedTo("RUNNING", "STARTING"), sampled(), sampled()]);
    world.store.dropMetricsBefore("sim-1", 4);
    const reader = new Consumer(await world.follow({ after: 1 }));
    await turn();
    expect(shorts(reader.items)).toBe("CATCHING_UP@1 GAP@3 LIVE@3");
    world.say([sampled()]);
    await turn();
    expect(shorts(reader.items)).toBe("CATCHING_UP@1 GAP@3 LIVE@3 4");
    await reader.stop();
  });

  it("shows to a live reader whose lost events it has dropped before they could be read", async () => {
    const world = createWorld();
    const reader = await liveReader(world);
    world.commit([sampled(), logged(), sampled(), logged()]);
    world.store.dropMetricsBefore("sim-1", 5);
    world.bus.gap();
    world.clock.advance(0);
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0 CATCHING_UP@0 GAP@1 2 4 LIVE@4");
    await reader.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("is no gap for a reader without metrics", async () => {
    const world = createWorld();
    world.commit([changedTo("RUNNING", "STARTING"), sampled(), logged()]);
    world.store.dropMetricsBefore("sim-1", 4);
    const reader = new Consumer(await world.follow({ after: 0, types: ["STATUS_CHANGED", "LOG_EMITTED"] }));
    await turn();
    expect(shorts(reader.items)).toBe("CATCHING_UP@0 1 3 LIVE@3");
    await reader.stop();
  });
});
