// The metric history, merged from roll-ups where there are any, on each kind of database.
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { MetricsPoint, SimulationStore } from "../../src/core/ports/store.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { databases, type ServerDatabase, serverDatabase, type TestDatabase } from "../support/postgres.ts";
import { service } from "./change-contract.ts";
import { admin, created, log, restart, sample, statusEvent } from "./drafts.ts";
import { type Append, appends, asked, GrowingHistory, pointsOf, rounded } from "./histories.ts";

const all = { from: 0, to: Number.MAX_SAFE_INTEGER };

describe.each(databases)("the metric history on $kind", ({ kind, make }) => {
  let test: TestDatabase;
  let replicas: OpenDatabase[];

  beforeAll(async () => {
    test = await make();
    // The embedded database is one process's alone.
    replicas = kind === "embedded" ? [await test.open()] : [await test.open(), await test.open()];
  });

  afterAll(async () => {
    await Promise.all(replicas.map((database) => database.close()));
    await test.drop();
  });

  const replica = (index: number): SimulationStore => {
    const database = replicas[index % replicas.length];
    if (database === undefined) throw new Error("There is none.");
    return database.store;
  };

  async function write(id: string, other: string, append: Append, history: GrowingHistory): Promise<void> {
    const store = replica(append.by);
    const events = history.events(append);
    const changes = [store.change(id, service, () => ({ patch: {}, events }))];
    const unstorable = { patch: { attempt: 2 ** 40 }, events: [log("lost")] };
    if (append.besideUnstorable) changes.push(store.change(other, service, () => unstorable));
    const [written] = await Promise.allSettled(changes);
    expect(written).toMatchObject({ status: "fulfilled", value: { kind: "changed" } });
  }

  it("is what the samples say, whoever wrote them in whatever batches, in any range", async () => {
    const other = await created(replica(0));
    await fc.assert(
      fc.asyncProperty(appends, fc.array(asked, { minLength: 1, maxLength: 4 }), async (batches, queries) => {
        const { id } = await created(replica(0));
        const history = new GrowingHistory();
        for (const batch of batches) await write(id, other.id, batch, history);
        for (const { from, to, ...rest } of queries) {
          const [start, end] = [history.time * Math.min(from, to), history.time * Math.max(from, to)];
          const query = { ...rest, from: start, to: end };
          const found = (await replica(0).metrics(admin, id, query)) ?? [];
          expect(rounded(found)).toEqual(rounded(pointsOf(history.samples, query, found)));
        }
      }),
      { numRuns: 80 },
    );
  });

  it("loses with retention what its samples lose, and no more", async () => {
    const { id } = await created(replica(0), { status: "RUNNING" });
    const events = Array.from({ length: 60 }, (_, index) => sample(index + 1, index + 1));
    await replica(0).change(id, service, () => ({ patch: {}, events }));
    await replica(0).change(id, service, (simulation) => ({
      patch: { status: "COMPLETED", endTime: new Date("2026-02-01T00:00:00Z") },
      events: [statusEvent({ ...simulation, status: "COMPLETED" })],
    }));
    const left = async () => {
      const [point] = (await replica(0).metrics(admin, id, { ...all, maxPoints: 1 })) ?? [];
      return [point?.samples, point?.measures.inFlight];
    };
    expect(await left()).toEqual([60, { min: 1, mean: 30.5, max: 60 }]);
    for (const gone of [20, 40]) {
      await replica(0).dropMetrics(new Date("2026-02-02T00:00:00Z"), 20);
      expect(await left()).toEqual([60 - gone, { min: gone + 1, mean: (gone + 61) / 2, max: 60 }]);
    }
    while ((await replica(0).dropMetrics(new Date("2026-02-02T00:00:00Z"), 20)) !== null);
    expect(await left()).toEqual([1, { min: 60, mean: 60, max: 60 }]);
  });

  it("keeps samples of one time in one point, in whatever order they were taken", async () => {
    const { id } = await created(replica(0));
    const times = Array.from({ length: 200 }, (_, index) => (index * 37) % 50);
    await replica(0).change(id, service, () => ({
      patch: {},
      events: times.map((time, index) => sample(time, index, { window: 0 })),
    }));
    const points = (await replica(0).metrics(admin, id, { ...all, maxPoints: 50 })) ?? [];
    expect(points.map(({ from, to, samples }) => [from, to, samples])).toEqual(
      Array.from({ length: 50 }, (_, time) => [time, time, 4]),
    );
    const one = (await replica(0).metrics(admin, id, { from: 7, to: 7, maxPoints: 1 })) ?? [];
    expect(one.map(({ samples, measures }) => [samples, measures.inFlight])).toEqual([
      [4, spread(times.flatMap((time, index) => (time === 7 ? [index] : [])))],
    ]);
  });
});

describe("roll-ups on a server", () => {
  let server: ServerDatabase;
  const opened: OpenDatabase[] = [];

  beforeEach(async () => {
    server = await serverDatabase();
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
    await server.drop();
  });

  async function open(): Promise<SimulationStore> {
    const database = await server.open();
    opened.push(database);
    return database.store;
  }

  const append = (store: SimulationStore, id: string, from: number, count: number) =>
    store.change(id, service, () => ({
      patch: {},
      events: Array.from({ length: count }, (_, index) => sample(from + index, from + index)),
    }));
  const rolledUp = async () =>
    (await server.sql<{ samples: number }>("select samples from metrics_roll_ups order by first_seq")).map(
      ({ samples }) => samples,
    );

  it("are all that is read of a long history but its edges", async () => {
    const store = await open();
    const { id } = await created(store);
    for (let at = 0; at < 200; at += 20) await append(store, id, at, 20);
    await server.sql("delete from events where type = 'METRICS_SAMPLED' and seq <= 193");
    const points =
      (await store.metrics(admin, id, { ...all, maxPoints: 1, componentIds: ["checkout"] })) ?? [];
    expect(points.map(summary)).toEqual([[200, { min: 0, mean: 99.5, max: 199 }]]);
    expect(points[0]?.components[0]?.measures.throughput).toEqual({ min: 0, mean: 99.5, max: 199 });
  });

  it("are made of samples that come one at a time, and leave void ones out", async () => {
    const store = await open();
    const { id } = await created(store);
    for (let at = 0; at < 40; at += 1) await append(store, id, at, 1);
    expect(await rolledUp()).toEqual([16, 16]);
    await store.change(id, service, () => ({ patch: {}, events: [restart(2)] }));
    await append(store, id, 0, 15);
    expect(await rolledUp()).toEqual([16, 16]);
    await append(store, id, 15, 1);
    expect(await rolledUp()).toEqual([16, 16, 16]);
    const points = (await store.metrics(admin, id, { ...all, maxPoints: 1 })) ?? [];
    expect(points.map(summary)).toEqual([[16, { min: 0, mean: 7.5, max: 15 }]]);
  });

  it("are gone when their samples have been removed", async () => {
    const store = await open();
    const ended = await created(store, { status: "RUNNING" });
    await append(store, ended.id, 0, 50);
    const live = await created(store, { status: "RUNNING" });
    await append(store, live.id, 0, 20);
    await store.change(ended.id, service, (simulation) => ({
      patch: { status: "STOPPED", endTime: new Date("2026-02-01T00:00:00Z") },
      events: [statusEvent({ ...simulation, status: "STOPPED" })],
    }));
    while ((await store.dropMetrics(new Date("2026-02-02T00:00:00Z"), 7)) !== null);
    expect(await server.sql("select simulation_id from metrics_roll_ups")).toEqual([
      { simulation_id: live.id },
    ]);
  });

  it("are missing of what an older release wrote, which is read sample by sample", async () => {
    const before = await open();
    const { id } = await created(before);
    await append(before, id, 0, 100);
    await opened.pop()?.close();
    // As the release before left it.
    await server.sql("drop table metrics_roll_ups, revocations, announcements, audit");
    await server.sql("delete from kysely_migration where name >= '0002'");

    const store = await open();
    expect(await rolledUp()).toEqual([]);
    const read = async () => ((await store.metrics(admin, id, { ...all, maxPoints: 1 })) ?? []).map(summary);
    expect(await read()).toEqual([[100, { min: 0, mean: 49.5, max: 99 }]]);
    await append(store, id, 100, 100);
    expect(await rolledUp()).toEqual([16, 16, 16, 16, 16, 16]);
    expect(await read()).toEqual([[200, { min: 0, mean: 99.5, max: 199 }]]);
  });
});

const summary = ({ samples, measures }: MetricsPoint) => [samples, measures.throughput];

function spread(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { min: Math.min(...values), mean, max: Math.max(...values) };
}
