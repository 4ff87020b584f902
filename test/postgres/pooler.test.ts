// Through a pooler in transaction mode each transaction may run in another session of the server.
import { sql } from "kysely";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type EngineChild, startEngineChild } from "../../src/clients/engine/child.ts";
import { type OpenDatabase, openDatabase } from "../../src/postgres/open.ts";
import { boundingOf, connect } from "../../src/postgres/postgres.ts";
import type { Database } from "../../src/postgres/schema.ts";
import { simulation, start } from "../support/api.ts";
import { LogClient } from "../support/log-client.ts";
import { type Pooler, startPooler } from "../support/pooler.ts";
import { type ServerDatabase, serverDatabase, silent } from "../support/postgres.ts";
import { log } from "../support/rig.ts";
import { endServices, startService } from "../support/service-process.ts";
import { changeContract } from "./change-contract.ts";
import { leasesContract } from "./leases-contract.ts";
import { readContract } from "./read-contract.ts";

let server: ServerDatabase;
let pooler: Pooler;

beforeAll(async () => {
  server = await serverDatabase();
  pooler = await startPooler(server.url);
});

afterAll(async () => {
  await pooler.end();
  await server.drop();
});

describe("a pooler in transaction mode, without settings of its own", () => {
  let database: OpenDatabase;

  beforeAll(async () => {
    database = await openDatabase({ url: pooler.url, dataDir: "", log: silent });
  });
  afterAll(() => database.close());

  describe("create and change", () => changeContract(() => database.store));
  describe("reads", () => readContract(() => database.store));
  describe("leases", () =>
    leasesContract(
      () => database.store,
      () => database.leases,
    ));

  it("is left without a lock, a setting or a statement of ours in any session", async () => {
    const held = await server.sql("select * from pg_locks where locktype = 'advisory'");
    expect(held).toEqual([]);
    const clients = Array.from({ length: 4 }, () =>
      connect(pooler.url, "look", bounds, silent, "transaction"),
    );
    const found = await Promise.all(
      clients.map((db) =>
        sql`select (select count(*)::int from pg_prepared_statements) as statements,
          (select count(*)::int from pg_listening_channels()) as channels,
          (select count(*)::int from pg_class where relpersistence = 't') as tables`.execute(db),
      ),
    );
    for (const { rows } of found) expect(rows).toEqual([{ statements: 0, channels: 0, tables: 0 }]);
    await Promise.all(clients.map((db) => db.destroy()));
  });
});

const bounds = { connections: 1, connectMs: 5_000, statementMs: 400 };

describe("the bounds of statements", () => {
  it("are said when a connection begins, where the server is spoken to directly", async () => {
    expect(await boundingOf(server.url)).toBe("connection");
  });

  it("are said in each transaction where the pooler refuses settings", async () => {
    expect(await boundingOf(pooler.url)).toBe("transaction");
  });

  it("are said in each transaction where the pooler forgets settings without a word", async () => {
    const forgetful = await startPooler(server.url, [
      "ignore_startup_parameters = statement_timeout,lock_timeout,idle_in_transaction_session_timeout,options",
    ]);
    expect(await boundingOf(forgetful.url)).toBe("transaction");
    await forgetful.end();
  });

  describe("hold through the pooler", () => {
    let db: Database;

    beforeAll(() => {
      db = connect(pooler.url, "bounded", bounds, silent, "transaction");
    });
    afterAll(() => db.destroy());

    const settings = sql<{ name: string; setting: string }>`
      select name, setting from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'jit') order by name`;
    const said = [
      { name: "idle_in_transaction_session_timeout", setting: "2000" },
      { name: "jit", setting: "off" },
      { name: "lock_timeout", setting: "400" },
      { name: "statement_timeout", setting: "400" },
    ];

    it("for a single statement, and are no longer there after it", async () => {
      expect((await settings.execute(db)).rows).toEqual(said);
      await expect(sql`select pg_sleep(30)`.execute(db)).rejects.toMatchObject({ code: "57014" });
      const other = new pg.Client({ connectionString: pooler.url });
      await other.connect();
      expect((await other.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
      await other.end();
    });

    it("for every statement of a transaction", async () => {
      await db.transaction().execute(async (tx) => {
        expect((await settings.execute(tx)).rows).toEqual(said);
        await sql`select 1`.execute(tx);
        expect((await settings.execute(tx)).rows).toEqual(said);
      });
    });

    it("for a transaction that stands idle", async () => {
      // Its client is patient: it is the server that ends it.
      const patient = connect(pooler.url, "idle", { ...bounds, statementMs: 30_000 }, silent, "transaction");
      const transaction = await patient.startTransaction().execute();
      const idle = () => server.sql("select from pg_stat_activity where state = 'idle in transaction'");
      await expect.poll(async () => (await idle()).length, { timeout: 20_000 }).toBeGreaterThan(0);
      await expect.poll(async () => (await idle()).length, { timeout: 20_000 }).toBe(0);
      await expect(sql`select 1`.execute(transaction)).rejects.toThrow();
      await transaction
        .rollback()
        .execute()
        .catch(() => {});
      expect((await sql`select 1 as one`.execute(patient)).rows).toEqual([{ one: 1 }]);
      await patient.destroy();
    });

    it("and a statement that fails leaves the connection fit for the next", async () => {
      await expect(sql`select 1 / 0`.execute(db)).rejects.toMatchObject({ code: "22012" });
      expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    });
  });
});

describe("the service through a pooler", () => {
  let engine: EngineChild;

  beforeAll(async () => {
    engine = await startEngineChild(log);
  });
  afterEach(() => endServices());
  afterAll(() => engine.close());

  it("is started twice at once on an empty database, and runs a simulation to its end", async () => {
    const empty = await serverDatabase();
    const before = await startPooler(empty.url);
    const env = { DATABASE_URL: before.url, ENGINE_URL: `grpc://${engine.address}` };
    const [first, second] = await Promise.all([
      startService({ dataDir: "unused", env }),
      startService({ dataDir: "unused", env }),
    ]);
    const { id } = await start(first.url, { designId: "mm1", duration: 60, speed: 0 });
    const client = new LogClient(id);
    expect(await client.follow(second.url, 0)).toBe("completed");
    expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
    expect(await simulation(second.url, id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    await endServices();
    await before.end();
    await empty.drop();
  });
});
