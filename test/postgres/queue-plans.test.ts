// How the scheduler looks at a queue of a hundred thousand: every look is planned and run by the database, and reads
// what it brings, not what waits.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { beyondItsTime, withoutDesign } from "../../src/postgres/admission.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { connect, workBounds } from "../../src/postgres/postgres.ts";
import type { Database } from "../../src/postgres/schema.ts";
import { headsOf } from "../../src/postgres/turns.ts";
import { type ServerDatabase, serverDatabase, silent } from "../support/postgres.ts";
import { makeMany } from "./many-simulations.ts";
import { blocksRead, planOf, rowsRead, unindexedScans } from "./plans.ts";

const total = 100_000;
const projects = 2_001;
let server: ServerDatabase;
let database: OpenDatabase;
let db: Database;

beforeAll(async () => {
  server = await serverDatabase();
  database = await server.open();
  await makeMany(server, total);
  // All wait: a fifth for a design, and one in four thousand for longer than it may.
  await server.sql(`
    update simulations set status = 'QUEUED', design_revision = case when right(id::text, 1) > '2' then 3 end,
      created_at = now(), max_queue_time = case when right(id::text, 3) = '00f' then -1 else 3600 end`);
  await server.sql("vacuum (analyze) simulations");
  db = connect(server.url, "plans", workBounds, silent);
}, 300_000);

afterAll(async () => {
  await db.destroy();
  await database.close();
  await server.drop();
});

describe("with 100,000 in the queue", () => {
  it("admission looks at the heads of the lines", async () => {
    const plan = await planOf(db, headsOf(["main"], ["robot"], 4));
    expect(unindexedScans(plan)).toEqual([]);
    // Once for each project to find it, four of it, and between them the robot's, which are a third.
    expect(rowsRead(plan)).toBeLessThanOrEqual(projects * 8);
    expect(blocksRead(plan)).toBeLessThanOrEqual(projects * 8);
  });

  it("those whose design is missing are found at once, wherever one begins", async () => {
    for (const after of [undefined, "018c0000-0000-7000-8000-000000000000"]) {
      const plan = await planOf(db, withoutDesign(8, after));
      expect(unindexedScans(plan)).toEqual([]);
      expect(rowsRead(plan)).toBe(8);
      expect(blocksRead(plan)).toBeLessThanOrEqual(16);
    }
  });

  it("those that have waited too long are found at once, those that have for the longest first", async () => {
    const plan = await planOf(db, beyondItsTime(50));
    expect(unindexedScans(plan)).toEqual([]);
    expect(rowsRead(plan)).toBeLessThanOrEqual(50);
    expect(blocksRead(plan)).toBeLessThanOrEqual(100);
  });
});
