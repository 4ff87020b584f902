import { describe, expect, it } from "vitest";
import type { SimulationFilter } from "../../src/core/ports/store.ts";
import { developmentViewer, type Viewer } from "../../src/core/viewer.ts";
import type { ListUpdate } from "../../src/feed/feed.ts";
import { feedLimits, listRereadMs } from "../../src/feed/limits.ts";
import { changedTo, sampled, simulationOf } from "../support/simulations.ts";
import { Consumer, createWorld, nothingLeft, smallLimits, turn, type World } from "./world.ts";

async function watch(
  world: World,
  filter: SimulationFilter = {},
  viewer: Viewer = developmentViewer,
): Promise<Consumer<ListUpdate>> {
  const list = new Consumer(await world.feed.updates(viewer, filter));
  await turn();
  return list;
}

/** Another simulation of the world, committed and told. */
function enter(world: World, id: string, overrides: Parameters<typeof simulationOf>[1] = {}): void {
  world.store.add(simulationOf(id, overrides));
  world.bus.publish(world.store.commit(id, [changedTo("RUNNING", "STARTING")]));
}

const short = ({ items }: Consumer<ListUpdate>) =>
  items
    .map((update) => (update.kind === "RESET" ? "RESET" : `${update.kind} ${update.simulation.id}`))
    .join(", ");

describe("the live list", () => {
  it("begins with RESET and the present list, newest first", async () => {
    const world = createWorld();
    world.store.add(simulationOf("sim-2"));
    const list = await watch(world);
    expect(short(list)).toBe("RESET, ENTERED sim-2, ENTERED sim-1");
    await list.stop();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("is bounded to one page of what there is", async () => {
    const world = createWorld({ ...smallLimits, listPageMax: 2 });
    for (const id of ["sim-2", "sim-3"]) world.store.add(simulationOf(id));
    const list = await watch(world);
    expect(short(list)).toBe("RESET, ENTERED sim-3, ENTERED sim-2");
    await list.stop();
  });

  it("tells what enters, changes and leaves", async () => {
    const world = createWorld();
    const list = await watch(world, { statuses: ["RUNNING"] });
    enter(world, "sim-2");
    await turn();
    world.say([{ type: "SPEED_CHANGED", speed: 2, desiredSpeed: 2 }], { speed: 2 });
    await turn();
    world.say([changedTo("COMPLETED")], { status: "COMPLETED" });
    await turn();
    expect(short(list)).toBe("RESET, ENTERED sim-1, ENTERED sim-2, UPDATED sim-1, LEFT sim-1");
    await list.stop();
  });

  it("says nothing of what the filter leaves out", async () => {
    const world = createWorld();
    const list = await watch(world, { designId: "other" });
    world.say([changedTo("PAUSED")], { status: "PAUSED" });
    await turn();
    expect(short(list)).toBe("RESET");
    await list.stop();
  });

  it("shows each viewer their own and their projects' simulations", async () => {
    const world = createWorld(smallLimits, { userId: "ann", projectId: "p1" });
    const viewer = (userId: string, ...projectIds: string[]): Viewer => ({
      userId,
      roles: new Map(projectIds.map((id) => [id, "viewer"])),
      admin: false,
    });
    const lists = [
      await watch(world, {}, viewer("ann")),
      await watch(world, {}, viewer("bob", "p1")),
      await watch(world, {}, viewer("eve", "p2")),
    ];
    enter(world, "sim-2", { userId: "ann", projectId: "p2" });
    await turn();
    expect(lists.map(short)).toEqual([
      "RESET, ENTERED sim-1, ENTERED sim-2",
      "RESET, ENTERED sim-1",
      "RESET, ENTERED sim-2",
    ]);
    for (const list of lists) await list.stop();
  });

  it("gives a slow consumer the newest of each simulation, once", async () => {
    const world = createWorld();
    const stream = await world.feed.updates(developmentViewer, {});
    const taken = [(await stream.next()).value, (await stream.next()).value];
    for (let count = 0; count < 100; count += 1) {
      world.say([changedTo(count % 2 === 0 ? "PAUSED" : "RUNNING")], { progress: count / 100 });
    }
    enter(world, "sim-2");
    const list = new Consumer(stream);
    await turn();
    expect(taken).toHaveLength(2);
    expect(short(list)).toBe("UPDATED sim-1, ENTERED sim-2");
    expect(list.items[0]).toMatchObject({ simulation: { progress: 0.99, lastSeq: 100 } });
    await list.stop();
  });

  it("ignores old news", async () => {
    const world = createWorld();
    const list = await watch(world);
    const old = world.commit([changedTo("PAUSED")], { status: "PAUSED" });
    world.say([changedTo("RUNNING")], { status: "RUNNING" });
    world.bus.publish(old);
    await turn();
    expect(short(list)).toBe("RESET, ENTERED sim-1, UPDATED sim-1");
    expect(list.items.at(-1)).toMatchObject({ simulation: { status: "RUNNING" } });
    await list.stop();
  });

  it("does not lose what happens while the list is being read", async () => {
    const world = createWorld();
    const { list: read } = world.store;
    world.store.list = async (viewer, filter, page) => {
      const result = await read(viewer, filter, page);
      enter(world, "sim-2");
      world.say([changedTo("PAUSED")], { status: "PAUSED" });
      return result;
    };
    const list = await watch(world);
    expect(short(list)).toBe("RESET, ENTERED sim-1, ENTERED sim-2");
    expect(list.items[1]).toMatchObject({ simulation: { status: "PAUSED" } });
    await list.stop();
  });

  it("begins anew when notices may have been lost", async () => {
    const world = createWorld();
    const list = await watch(world);
    world.store.add(simulationOf("sim-2"));
    world.bus.gap();
    world.clock.advance(0);
    await turn();
    expect(short(list)).toBe("RESET, ENTERED sim-1, RESET, ENTERED sim-2, ENTERED sim-1");
    await list.stop();
  });

  it("begins anew once the store can be read again", async () => {
    const world = createWorld();
    const list = await watch(world);
    world.store.down = true;
    world.bus.gap();
    world.clock.advance(0);
    await turn();
    expect(short(list)).toBe("RESET, ENTERED sim-1");
    world.store.down = false;
    world.clock.advance(smallLimits.quietCheckMs * 2);
    await turn();
    expect(short(list)).toBe("RESET, ENTERED sim-1, RESET, ENTERED sim-1");
    await list.stop();
  });

  it("notices that the last notice of a simulation was lost, and says nothing where none was", async () => {
    const world = createWorld();
    const list = await watch(world);
    world.commit([changedTo("COMPLETED")], { status: "COMPLETED" });
    for (let round = 0; round < 4; round += 1) {
      world.clock.advance(smallLimits.quietCheckMs * 1.25);
      await turn();
    }
    expect(short(list)).toBe("RESET, ENTERED sim-1, UPDATED sim-1");
    expect(list.items.at(-1)).toMatchObject({ simulation: { status: "COMPLETED" } });
    await list.stop();
  });

  it("reads the list now and then while the bus is down", async () => {
    const world = createWorld();
    const list = await watch(world);
    world.bus.setHealth(false);
    world.store.add(simulationOf("sim-2"));
    for (let round = 0; round < 2; round += 1) {
      world.clock.advance(smallLimits.quietCheckMs * 1.25);
      await turn();
    }
    expect(short(list)).toBe("RESET, ENTERED sim-1, ENTERED sim-2");
    await list.stop();
  });

  it("finds what has entered without a notice, within seconds, though the bus is up", async () => {
    const world = createWorld();
    const list = await watch(world);
    world.store.add(simulationOf("sim-2"));
    for (let waited = 0; waited <= listRereadMs; waited += smallLimits.quietCheckMs) {
      world.clock.advance(smallLimits.quietCheckMs * 1.25);
      await turn();
    }
    expect(short(list)).toBe("RESET, ENTERED sim-1, ENTERED sim-2");
    await list.stop();
  });

  it("passes bare progress on once a second at most", async () => {
    const world = createWorld();
    const list = await watch(world);
    for (let count = 1; count <= 20; count += 1) world.say([sampled()], { progress: count / 100 });
    await turn();
    expect(short(list)).toBe("RESET, ENTERED sim-1, UPDATED sim-1");
    await list.stop();
  });

  it("shares one subscription and one read among readers who ask alike", async () => {
    const world = createWorld();
    const streams = await Promise.all(
      Array.from({ length: 5 }, () => world.feed.updates(developmentViewer, { designId: "mm1" })),
    );
    expect(world.bus.listeners()).toBe(1);
    expect(world.store.reads.list).toBe(1);
    expect(world.feed.stats().listReaders).toBe(5);
    for (const stream of streams) await stream.return?.();
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("refuses where the list cannot be read, and leaves nothing behind", async () => {
    const world = createWorld();
    world.store.down = true;
    await expect(world.feed.updates(developmentViewer, {})).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(world.leftovers()).toEqual(nothingLeft);
  });

  it("begins anew when it has grown past its bound", async () => {
    const world = createWorld({ ...feedLimits, quietCheckMs: 100 });
    const list = await watch(world);
    for (let count = 0; count < 2_000; count += 1) {
      enter(world, `sim-2-${String(count).padStart(4, "0")}`);
      if (count % 100 === 0) await turn();
    }
    await turn();
    world.clock.advance(100 * 1.25);
    await turn();
    const resets = list.items.flatMap(({ kind }, index) => (kind === "RESET" ? [index] : []));
    expect(resets).toHaveLength(2);
    expect(list.items.length - (resets[1] ?? 0)).toBe(1 + feedLimits.listPageMax);
    await list.stop();
  });
});
