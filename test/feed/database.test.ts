// The feed over the real store, the embedded database, and the bus of one process.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventBody } from "../../src/core/events.ts";
import { matchesFilter } from "../../src/core/filter.ts";
import type { SimulationFilter, SimulationPatch, SimulationStore } from "../../src/core/ports/store.ts";
import { type Labels, type Simulation, simulationStatuses } from "../../src/core/simulation.ts";
import { developmentViewer, maySee, type Viewer } from "../../src/core/viewer.ts";
import type { ListUpdate } from "../../src/feed/feed.ts";
import { createFeed, type FeedHub } from "../../src/feed/hub.ts";
import { createMemoryBus, type MemoryBus } from "../../src/memory/bus.ts";
import { type OpenDatabase, openDatabase } from "../../src/postgres/open.ts";
import { created, nextProject, viewer } from "../postgres/drafts.ts";
import { changedTo, logged, quietLog, sampled } from "../support/simulations.ts";
import { Consumer, eventsOf, shorts, smallLimits } from "./world.ts";

let folder: string;
let database: OpenDatabase;
let store: SimulationStore;
let bus: MemoryBus;
let feed: FeedHub;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "feed-"));
  const log = quietLog();
  database = await openDatabase({ dataDir: folder, log });
  store = database.store;
  bus = createMemoryBus({ log });
  feed = createFeed({ store, bus, log, limits: { ...smallLimits, quietCheckMs: 50 } });
});

afterAll(async () => {
  await feed.close();
  await bus.close();
  await database.close();
  await rm(folder, { recursive: true });
});

async function commit(
  id: string,
  bodies: readonly EventBody[],
  patch: SimulationPatch = {},
  tell = true,
): Promise<void> {
  const events = bodies.map((body) => ({ simulatedTime: 1, engineSeq: null, body }));
  const result = await store.change(id, { by: "service" }, () => ({ patch, events }));
  if (result.kind !== "changed") throw new Error(`It was ${result.kind}.`);
  if (tell) bus.publish(result);
}

/** Waits for a condition that the real clock and database bring about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe("the feed on a database", () => {
  it("brings past and live as one log to its end, also where notices were lost", async () => {
    const { id } = await created(store);
    await commit(id, [changedTo("RUNNING", "QUEUED"), sampled()], { status: "RUNNING" });
    const past = new Consumer(await feed.follow(developmentViewer, id, { after: 0 }));
    const present = new Consumer(await feed.follow(developmentViewer, id, {}));
    for (let count = 0; count < 30; count += 1) {
      await commit(id, [sampled(), logged(`${count}`)], {}, count % 3 !== 0);
    }
    await commit(id, [sampled(), changedTo("COMPLETED")], { status: "COMPLETED" }, false);
    await until(() => past.ended && present.ended);

    const log = await store.events(developmentViewer, id, { after: 0, limit: 1_000 });
    expect(eventsOf(past.items)).toEqual(log);
    expect(eventsOf(present.items)).toEqual(log?.slice(1));
    expect(shorts(present.items.slice(0, 3))).toBe("2 3 LIVE@3");
    for (const { simulation, ...item } of past.items) {
      expect(simulation.lastSeq).toBeGreaterThanOrEqual(item.kind === "event" ? item.event.seq : item.seq);
    }
    expect(feed.stats()).toEqual({ topics: 0, readers: 0, listReaders: 0, tailBytes: 0 });
    expect(bus.listeners()).toBe(0);
  });

  it("resumes each of many readers where it was cut", async () => {
    const { id } = await created(store);
    await commit(id, [changedTo("RUNNING", "QUEUED")], { status: "RUNNING" });
    const seen = await Promise.all(
      Array.from({ length: 10 }, async (_, reader) => {
        const seqs: number[] = [];
        for (let isOver = false; !isOver; ) {
          const stream = await feed.follow(developmentViewer, id, { after: seqs.at(-1) ?? 0 });
          isOver = true;
          for await (const item of stream) {
            if (item.kind === "state") continue;
            seqs.push(item.event.seq);
            if (seqs.length % (reader + 2) !== 0) continue;
            isOver = false;
            break;
          }
          if (reader === 0 && seqs.length < 40) await commit(id, [sampled(), sampled()]);
          else if (reader === 0 && seqs.length >= 40) {
            await commit(id, [changedTo("STOPPED")], { status: "STOPPED" }).catch(() => {});
          }
        }
        return seqs;
      }),
    );
    const log = await store.events(developmentViewer, id, { after: 0, limit: 1_000 });
    for (const seqs of seen) expect(seqs).toEqual(log?.map(({ seq }) => seq));
    expect(feed.stats()).toEqual({ topics: 0, readers: 0, listReaders: 0, tailBytes: 0 });
  });

  it("shows a live list as the store would list it", async () => {
    const projectId = nextProject();
    const filter: SimulationFilter = { projectId, statuses: ["RUNNING"] };
    const list = new Consumer(await feed.updates(developmentViewer, filter));
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { id } = await created(store, { projectId });
      ids.push(id);
      await commit(id, [changedTo("RUNNING", "QUEUED")], { status: "RUNNING" });
    }
    await commit(ids[1] ?? "", [changedTo("COMPLETED")], { status: "COMPLETED" });
    const { simulations } = await store.list(developmentViewer, filter, { limit: 10, fromEnd: false });
    await until(() => present(list.items).size === simulations.length);
    expect([...present(list.items)].sort()).toEqual(simulations.map(({ id }) => id).sort());
    await list.stop();
  });
});

/** What a client that follows the updates shows. */
function present(updates: readonly ListUpdate[]): Set<string> {
  const ids = new Set<string>();
  for (const update of updates) {
    if (update.kind === "RESET") ids.clear();
    else if (update.kind === "LEFT") ids.delete(update.simulation.id);
    else ids.add(update.simulation.id);
  }
  return ids;
}

describe("a filter", () => {
  it("means in memory what it means to the store, for every viewer", async () => {
    const projects = [nextProject(), nextProject()];
    const day = (count: number) => new Date(Date.UTC(2026, 0, 1 + count, 12, 0, 0, 7));
    const labels: readonly Labels[] = [{ team: "t0", "a b": "ö" }, {}, { team: "t1", "a b": "ö" }];
    const all: Simulation[] = [];
    for (let count = 0; count < 24; count += 1) {
      const overrides = {
        projectId: projects[count % 2] ?? "",
        userId: count % 3 === 0 ? "ann" : "bob",
        designId: `design-${count % 4}`,
        status: simulationStatuses[count % simulationStatuses.length] ?? "QUEUED",
        desiredStatus: (["RUNNING", "PAUSED", "STOPPED"] as const)[count % 3] ?? "RUNNING",
        labels: labels[count % labels.length] ?? {},
        createdAt: day(count),
      };
      all.push(await created(store, overrides));
    }
    const ids = all.map(({ id }) => id);
    const filters: fc.Arbitrary<SimulationFilter> = fc.record(
      {
        ids: fc.array(fc.constantFrom(...ids, ids[0]?.toUpperCase() ?? "", "no-id")),
        statuses: fc.subarray([...simulationStatuses]),
        desiredStatuses: fc.subarray(["RUNNING", "PAUSED", "STOPPED"] as const),
        designId: fc.constantFrom("design-0", "design-1", "none"),
        userId: fc.constantFrom("ann", "bob", "eve"),
        labels: fc.constantFrom<Labels>({}, { team: "t0" }, { team: "t1", "a b": "ö" }, { x: "y" }),
        createdAfter: fc.nat({ max: 24 }).map(day),
        createdBefore: fc.nat({ max: 24 }).map(day),
        projectId: fc.constantFrom(...projects, "none"),
      },
      { requiredKeys: [] },
    );
    const viewers: fc.Arbitrary<Viewer> = fc.constantFrom(
      developmentViewer,
      viewer("ann"),
      viewer("bob", projects[0] ?? ""),
      viewer("eve", ...projects),
      viewer("eve"),
    );
    await fc.assert(
      fc.asyncProperty(viewers, filters, async (who, filter) => {
        const { simulations } = await store.list(who, filter, { limit: 200, fromEnd: false });
        const listed = simulations.map(({ id }) => id).filter((id) => ids.includes(id));
        const matching = all.filter(
          (simulation) => maySee(who, simulation) && matchesFilter(filter, simulation),
        );
        expect(listed.sort()).toEqual(matching.map(({ id }) => id).sort());
      }),
      { numRuns: 150 },
    );
  });
});
