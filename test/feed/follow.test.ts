import { describe, expect, it } from "vitest";
import { developmentViewer } from "../../src/core/viewer.ts";
import { changedTo, logged, sampled } from "../support/simulations.ts";
import { Consumer, createWorld, nothingLeft, shorts, smallLimits, theId, turn } from "./world.ts";

const started = changedTo("RUNNING", "STARTING");
const completed = changedTo("COMPLETED");

describe("following without a position", () => {
  it("gives the newest status and metrics by seq, then LIVE at the end of the log, then what comes", async () => {
    const world = createWorld();
    world.commit([started, sampled(), sampled(), logged()]);
    const reader = new Consumer(await world.follow());
    await turn();
    expect(shorts(reader.items)).toBe("1 3 LIVE@4");
    world.say([sampled()]);
    world.say([completed], { status: "COMPLETED" });
    await turn();
    expect(shorts(reader.items)).toBe("1 3 LIVE@4 5 6");
    expect(reader.ended).toBe(true);
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("is live at 0 where nothing has happened yet", async () => {
    const world = createWorld();
    const reader = new Consumer(await world.follow());
    world.say([started]);
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@0 1");
    await reader.stop();
  });

  it("gives the last of an ended simulation and ends, without ever being LIVE", async () => {
    const world = createWorld();
    world.commit([started, sampled(), completed], { status: "COMPLETED" });
    const reader = new Consumer(await world.follow());
    await turn();
    expect(shorts(reader.items)).toBe("2 3");
    expect(reader.ended).toBe(true);
    expect(world.leftovers()).toEqual(nothingLeft);
  });
});

describe("following from a position", () => {
  it("catches up from the log, then is LIVE", async () => {
    const world = createWorld();
    world.commit([started, ...Array.from({ length: 10 }, () => sampled())]);
    const reader = new Consumer(await world.follow({ after: 0 }));
    await turn();
    expect(shorts(reader.items)).toBe("CATCHING_UP@0 1 2 3 4 5 6 7 8 9 10 11 LIVE@11");
    await reader.stop();
  });

  it("is just LIVE at the end of the log", async () => {
    const world = createWorld();
    world.commit([started, sampled()]);
    const reader = new Consumer(await world.follow({ after: 2 }));
    world.say([sampled()]);
    await turn();
    expect(shorts(reader.items)).toBe("LIVE@2 3");
    await reader.stop();
  });

  it("resumes from the tail without a read of the log", async () => {
    const world = createWorld();
    world.commit([started]);
    const first = new Consumer(await world.follow());
    for (let count = 0; count < 5; count += 1) world.say([sampled()]);
    const second = new Consumer(await world.follow({ after: 3 }));
    await turn();
    expect(shorts(second.items)).toBe("4 5 6 LIVE@6");
    expect(world.store.reads.events).toBeUndefined();
    await first.stop();
    await second.stop();
  });

  it("replays an ended simulation and ends", async () => {
    const world = createWorld();
    world.commit([started, sampled(), completed], { status: "COMPLETED" });
    const reader = new Consumer(await world.follow({ after: 0 }));
    const atTheEnd = new Consumer(await world.follow({ after: 3 }));
    await turn();
    expect(shorts(reader.items)).toBe("CATCHING_UP@0 1 2 3");
    expect(shorts(atTheEnd.items)).toBe("");
    expect([reader.ended, atTheEnd.ended]).toEqual([true, true]);
  });

  it("tells of a simulation that is never older than the event", async () => {
    const world = createWorld();
    world.commit([started, sampled(), sampled()]);
    const reader = new Consumer(await world.follow({ after: 0 }));
    world.say([sampled()]);
    await turn();
    for (const item of reader.items) {
      expect(item.simulation.lastSeq).toBeGreaterThanOrEqual(
        item.kind === "event" ? item.event.seq : item.seq,
      );
    }
    await reader.stop();
  });

  it("finds a simulation by its id in another spelling", async () => {
    const world = createWorld();
    world.commit([started]);
    const { store } = world;
    const { snapshot } = store;
    store.snapshot = (viewer, id) => snapshot(viewer, id.toLowerCase());
    const reader = new Consumer(await world.feed.follow(developmentViewer, theId.toUpperCase(), {}));
    world.say([sampled()]);
    await turn();
    expect(shorts(reader.items)).toBe("1 LIVE@1 2");
    await reader.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });
});

describe("what cannot be followed", () => {
  const stranger = { userId: "stranger", roles: new Map(), admin: false };

  it("is refused before the first item, and leaves nothing behind", async () => {
    const world = createWorld();
    world.commit([started]);
    const { feed } = world;
    await expect(feed.follow(developmentViewer, "none", {})).rejects.toMatchObject({
      code: "SIMULATION_NOT_FOUND",
    });
    await expect(feed.follow(stranger, theId, {})).rejects.toMatchObject({ code: "SIMULATION_NOT_FOUND" });
    await expect(feed.follow(stranger, theId, { after: 0 })).rejects.toMatchObject({
      code: "SIMULATION_NOT_FOUND",
    });
    await expect(world.follow({ after: 2 })).rejects.toMatchObject({
      code: "CURSOR_OUT_OF_RANGE",
      details: { after: 2, lastSeq: 1 },
    });
    for (const wrong of [{ after: -1 }, { after: 1.5 }, { after: Number.NaN }]) {
      await expect(world.follow(wrong)).rejects.toMatchObject({
        code: "BAD_INPUT",
        details: { path: "after" },
      });
    }
    for (const maxRate of [0, -1, Number.POSITIVE_INFINITY]) {
      await expect(world.follow({ maxRate })).rejects.toMatchObject({ code: "BAD_INPUT" });
    }
    await expect(world.follow({ types: [] })).rejects.toMatchObject({ code: "BAD_INPUT" });
    world.store.down = true;
    await expect(world.follow()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("lets a project's member and the owner follow", async () => {
    const world = createWorld(smallLimits, { userId: "ann", projectId: "p1" });
    for (const viewer of [
      { userId: "ann", roles: new Map(), admin: false },
      { userId: "bob", roles: new Map([["p1", "viewer" as const]]), admin: false },
    ]) {
      const reader = new Consumer(await world.feed.follow(viewer, theId, {}));
      await turn();
      expect(shorts(reader.items)).toBe("LIVE@0");
      await reader.stop();
    }
  });
});

describe("types", () => {
  it("brings what is asked for, and ends by the terminal event even where that is not", async () => {
    const world = createWorld();
    world.commit([started, sampled(), logged()]);
    const past = new Consumer(await world.follow({ after: 0, types: ["LOG_EMITTED"] }));
    const live = new Consumer(await world.follow({ types: ["METRICS_SAMPLED"] }));
    await turn();
    world.say([logged(), sampled()]);
    world.say([completed], { status: "COMPLETED" });
    await turn();
    expect(shorts(past.items)).toBe("CATCHING_UP@0 3 LIVE@3 4");
    expect(shorts(live.items)).toBe("2 LIVE@3 5");
    expect([past.ended, live.ended]).toEqual([true, true]);
  });

  it("reads the few among many metrics in few pages", async () => {
    const world = createWorld();
    world.commit([started, ...Array.from({ length: 100 }, () => sampled()), logged()]);
    const reader = new Consumer(await world.follow({ after: 0, types: ["LOG_EMITTED"] }));
    await turn();
    expect(shorts(reader.items)).toBe("CATCHING_UP@0 102 LIVE@102");
    expect(world.store.reads.events).toBe(1);
    await reader.stop();
  });
});

describe("maxRate", () => {
  it("gives the newest metrics, so many a second, and every other event at once", async () => {
    const world = createWorld();
    world.commit([started]);
    const reader = new Consumer(await world.follow({ maxRate: 2 }));
    await turn();
    for (let count = 0; count < 4; count += 1) world.say([sampled()]);
    await turn();
    expect(shorts(reader.items)).toBe("1 LIVE@1 2");
    world.clock.advance(499);
    await turn();
    expect(reader.items).toHaveLength(3);
    world.clock.advance(1);
    await turn();
    expect(shorts(reader.items)).toBe("1 LIVE@1 2 5");
    world.say([sampled()]);
    world.say([logged()]);
    await turn();
    expect(shorts(reader.items)).toBe("1 LIVE@1 2 5 6 7");
    await reader.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("gives the last metrics before the terminal event", async () => {
    const world = createWorld();
    world.commit([started]);
    const reader = new Consumer(await world.follow({ maxRate: 0.001 }));
    const onlyMetrics = new Consumer(await world.follow({ maxRate: 0.001, types: ["METRICS_SAMPLED"] }));
    await turn();
    world.say([sampled()]);
    world.say([sampled()]);
    world.say([sampled()]);
    world.say([completed], { status: "COMPLETED" });
    await turn();
    expect(shorts(reader.items)).toBe("1 LIVE@1 2 4 5");
    expect(shorts(onlyMetrics.items)).toBe("LIVE@1 2 4");
    expect([reader.ended, onlyMetrics.ended]).toEqual([true, true]);
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("gives one metrics event of a long past, the newest", async () => {
    const world = createWorld();
    world.commit([started, ...Array.from({ length: 20 }, () => sampled())]);
    const reader = new Consumer(await world.follow({ after: 1, maxRate: 1 }));
    await turn();
    const seqs = shorts(reader.items).split(" ");
    expect(seqs[0]).toBe("CATCHING_UP@1");
    expect(seqs.slice(-2)).toEqual(["21", "LIVE@21"]);
    expect(seqs.length).toBeLessThanOrEqual(4);
    await reader.stop();
  });
});
