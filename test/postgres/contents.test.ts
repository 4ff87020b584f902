// What many simulations are started of is kept once, and whoever relies on what is there makes sure of it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SimulationDocuments } from "../../src/core/ports/store.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { databases, type ServerDatabase, serverDatabase, type TestDatabase } from "../support/postgres.ts";
import { admin, draft } from "./drafts.ts";

const of = (name: string): Partial<SimulationDocuments> => ({
  design: { name, nodes: ["é", "\u{1F600}"] },
  engineConfig: {
    encoded: Uint8Array.of(0, 1, 255),
    digest: Uint8Array.of(9),
    stations: ["a", "b"],
    assumptions: [{ path: "a.b", value: "1", text: "assumed" }],
    warnings: [],
    features: ["retries"],
  },
});

async function start(database: OpenDatabase, documents: Partial<SimulationDocuments>): Promise<string> {
  const one = { ...draft(), documents };
  await database.store.create(one);
  return one.simulation.id;
}

describe.each(databases)("the documents of starts on $kind", ({ make }) => {
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

  it("are each start's own, however they are kept", async () => {
    const [one, other] = [of("one"), of("other")];
    const given = [one, one, other, { ...one, design: { name: "one" } }, {}, { design: { name: "late" } }];
    const ids = await Promise.all(given.map((documents) => start(database, documents)));
    for (const [index, id] of ids.entries()) {
      expect(await database.store.documents(admin, id)).toEqual(given[index]);
    }
  });

  it("give way to what is written later", async () => {
    const id = await start(database, of("one"));
    const engineConfig = { ...of("one").engineConfig, encoded: Uint8Array.of(7), features: [] } as never;
    const later = { design: { name: "later" }, engineConfig };
    await database.store.change(id, { by: "service" }, () => ({ patch: {}, events: [], documents: later }));
    expect(await database.store.documents(admin, id)).toEqual(later);
  });
});

describe("on a server", () => {
  let test: ServerDatabase;
  let database: OpenDatabase;

  beforeAll(async () => {
    test = await serverDatabase();
    database = await test.open();
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const kept = async () => (await test.sql<{ n: number }>("select count(*)::int as n from contents"))[0]?.n;

  it("they are kept once, by however many replicas they come", async () => {
    const other = await test.open();
    for (const replica of [database, other, database]) {
      await Promise.all(Array.from({ length: 5 }, () => start(replica, of("same"))));
    }
    await other.close();
    expect(await kept()).toBe(3);
  });

  it("they are sent again where the database has lost them", async () => {
    const documents = of("lost");
    await start(database, documents);
    await test.sql("delete from contents");
    const ids = await Promise.all([start(database, documents), start(database, documents)]);
    for (const id of ids) expect(await database.store.documents(admin, id)).toEqual(documents);
  });
});
