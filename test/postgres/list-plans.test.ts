// How lists are read among a million simulations. Each combination that docs/lists.md guarantees is planned and run
// by the database: every row comes from an index, and no more of them than the page and its ranges hold.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SimulationFilter } from "../../src/core/ports/store.ts";
import { firstIdAt } from "../../src/core/simulation-id.ts";
import type { Viewer } from "../../src/core/viewer.ts";
import { accessTo } from "../../src/postgres/access.ts";
import { countOf, rowsOf, type Slice } from "../../src/postgres/id-queries.ts";
import { count, list } from "../../src/postgres/list.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { connect, searchBounds, workBounds } from "../../src/postgres/postgres.ts";
import type { Database } from "../../src/postgres/schema.ts";
import { type ServerDatabase, serverDatabase, silent } from "../support/postgres.ts";
import { admin, viewer } from "./drafts.ts";
import { idOf, makeMany, momentOf } from "./many-simulations.ts";
import { blocksRead, nodesOf, planOf, rowsRead, unindexedScans } from "./plans.ts";

const total = 1_000_000;
let server: ServerDatabase;
let database: OpenDatabase;
let db: Database;

beforeAll(async () => {
  server = await serverDatabase();
  database = await server.open();
  await makeMany(server, total);
  db = connect(server.url, "plans", workBounds, silent);
}, 600_000);

afterAll(async () => {
  await db.destroy();
  await database.close();
  await server.drop();
});

const viewers: Readonly<Record<string, Viewer>> = {
  "an admin": admin,
  "the user with most": viewer("robot"),
  "a user with few, in the project with most": viewer("alone", "main"),
  "the user with most, in ten projects": viewer(
    "robot",
    "main",
    "alone",
    "p1",
    "p3",
    "p5",
    "p7",
    "p9",
    "p11",
    "p13",
    "none",
  ),
  "one who has nothing": viewer("nobody", "none"),
};

const scopes: Readonly<Record<string, SimulationFilter>> = {
  nothing: {},
  "the project with most": { projectId: "main" },
  "a project with few": { projectId: "alone" },
  "a project with none": { projectId: "none" },
  "the user with most": { userId: "robot" },
  "a user with few": { userId: "alone" },
  "the design with most": { designId: "nightly" },
  "a design with few": { designId: "alone" },
  "a user and a design": { userId: "robot", designId: "alone" },
  "a project and a user": { projectId: "main", userId: "alone" },
  "a project and a design": { projectId: "main", designId: "nightly" },
  "a project, a user and a design": { projectId: "main", userId: "robot", designId: "alone" },
};

const narrowings: Readonly<Record<string, SimulationFilter>> = {
  "in any status": {},
  "in a rare status": { statuses: ["PAUSED"] },
  "under way": { statuses: ["QUEUED", "STARTING", "RUNNING", "PAUSED"] },
  "ended, of a past hour": {
    statuses: ["COMPLETED", "FAILED"],
    createdAfter: momentOf(300_000),
    createdBefore: momentOf(300_360),
  },
  "of an old day": { createdBefore: momentOf(8_640) },
};

const middle = firstIdAt(momentOf(total / 2));

const slices: Readonly<Record<string, Slice>> = {
  "the first page": { first: "newest", limit: 51 },
  "the last page": { first: "oldest", limit: 51 },
  "the page after a cursor": { first: "newest", limit: 51, below: middle },
  "the page before a cursor": { first: "oldest", limit: 51, above: middle },
};

const combinations = Object.entries(scopes).flatMap(([scope, one]) =>
  Object.entries(narrowings).map(([narrowing, other]) => ({
    name: `${scope}, ${narrowing}`,
    filter: { ...one, ...other },
  })),
);

describe.each(Object.entries(viewers))("to %s", (_, who) => {
  it.each(combinations)("a page of $name is walked to in indices", async ({ filter }) => {
    for (const [name, slice] of Object.entries(slices)) {
      const walks = walksOf(who, filter);
      const plan = await planOf(db, rowsOf(who, filter, slice));
      expect(unindexedScans(plan), name).toEqual([]);
      // Each walk finds a page at most, and the page itself is read; averages of loops are rounded.
      expect(rowsRead(plan), name).toBeLessThanOrEqual(walks * (slice.limit + 1) + slice.limit);
      expect(blocksRead(plan), name).toBeLessThanOrEqual(walks * 8 + slice.limit * 5);
    }
  });

  it.each(combinations)("$name is counted in indices, no further than asked", async ({ filter }) => {
    const plan = await planOf(db, countOf(who, filter, 10_001));
    expect(unindexedScans(plan)).toEqual([]);
    // What is in a project of the user's and their own is counted on each side, and once more.
    expect(rowsRead(plan)).toBeLessThanOrEqual(3 * 10_001 + walksOf(who, filter));
    expect(blocksRead(plan)).toBeLessThanOrEqual(walksOf(who, filter) * 8 + 1_000);
  });
});

describe("lists that name ids", () => {
  it("look at no other rows, whatever else is asked", async () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => idOf(n * 900 + 1));
    const filter: SimulationFilter = { ids, labels: { env: "live" }, desiredStatuses: ["RUNNING"] };
    for (const who of Object.values(viewers)) {
      for (const query of [
        rowsOf(who, filter, { first: "newest", limit: 51 }),
        countOf(who, filter, 10_001),
      ]) {
        const plan = await planOf(db, query);
        expect([...nodesOf(plan)].map((node) => node["Node Type"])).not.toContain("Seq Scan");
        expect(rowsRead(plan)).toBeLessThanOrEqual(2 * ids.length + 51);
      }
    }
  });
});

describe("a list that no index serves", () => {
  it("is searched for so long, then refused with what to ask instead", async () => {
    const searches = connect(server.url, "hasty", { ...searchBounds, statementMs: 20 }, silent);
    const page = { limit: 50, fromEnd: false };
    const refused = {
      code: "BAD_INPUT",
      details: { path: "filter" },
      message: expect.stringContaining("docs/lists.md"),
    };
    const rare: SimulationFilter = { desiredStatuses: ["PAUSED"] };
    await expect(list({ db, searches }, admin, rare, page)).rejects.toMatchObject(refused);
    await expect(count({ db, searches }, admin, rare)).rejects.toMatchObject(refused);
    // The same connection serves what it can, and others are not kept waiting.
    expect((await list({ db, searches }, admin, { ids: [idOf(3)], ...rare }, page)).simulations).toEqual([]);
    expect(await count({ db, searches }, admin, { statuses: ["PAUSED"] })).toBe(9);
    await searches.destroy();
  });

  it("is found where labels are rare, or so common that any page has them", async () => {
    const page = { limit: 50, fromEnd: false };
    const { store } = database;
    expect((await store.list(admin, { labels: { build: "b7" } }, page)).simulations).toHaveLength(50);
    expect((await store.list(viewer("robot"), { labels: { env: "live" } }, page)).hasNext).toBe(true);
  });
});

/** Statuses times projects, each a walk of its own. */
function walksOf(who: Viewer, filter: SimulationFilter): number {
  const access = accessTo(who, filter);
  if (access.by !== "ranges") throw new Error("No ranges.");
  const each = access.ranges.map(
    ({ projects, statuses }) => (projects?.length ?? 1) * (statuses?.length ?? 1),
  );
  return each.reduce((sum, walks) => sum + walks, 0);
}
