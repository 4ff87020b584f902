// Retention, on each kind of database.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { databases, type TestDatabase } from "../support/postgres.ts";
import { admin, created, log, sample, statusEvent } from "./drafts.ts";

describe.each(databases)("retention on $kind", ({ make }) => {
  let test: TestDatabase;
  let database: OpenDatabase;

  beforeAll(async () => {
    test = await make();
    database = await test.open();
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it("removes the metrics of what has ended long ago, but the newest, a batch at a time, and nothing else", async () => {
    const { store } = database;
    const old = await created(store, { status: "RUNNING" });
    const live = await created(store, { status: "RUNNING" });
    const ended = new Date("2026-02-01T00:00:00Z");
    for (const { id } of [old, live]) {
      const events = [sample(1, 1), sample(2, 2), log("kept"), sample(3, 3), sample(4, 4)];
      await store.change(id, { by: "service" }, () => ({ patch: {}, events }));
    }
    await store.change(old.id, { by: "service" }, (simulation) => ({
      patch: { status: "COMPLETED", endTime: ended },
      events: [statusEvent(simulation)],
    }));

    const seqs = async (id: string) =>
      (await store.events(admin, id, { after: 0, limit: 100 }))?.map(({ seq }) => seq);
    expect(await store.dropMetrics(ended, 2)).toBeNull();
    const later = new Date(ended.getTime() + 1);
    expect(await store.dropMetrics(later, 2)).toBe(2);
    expect(await store.dropMetrics(later, 2)).toBe(1);
    expect(await store.dropMetrics(later, 2)).toBeNull();
    expect(await seqs(old.id)).toEqual([1, 4, 6, 7]);
    expect(await seqs(live.id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await store.snapshot(admin, old.id)).toMatchObject({ metrics: { seq: 6 }, status: { seq: 7 } });
  });
});
