// What only a server can do to us: several replicas at once, lost connections, locks of others.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "../../src/postgres/open.ts";
import { commitBounds, connect } from "../../src/postgres/postgres.ts";
import { type FaultyProxy, faultyProxy } from "../support/faulty-proxy.ts";
import { type ServerDatabase, serverDatabase, silent } from "../support/postgres.ts";
import { measured, sampled } from "../support/simulations.ts";
import { append, service } from "./change-contract.ts";
import { admin, created, draft, log, nextId, nextProject } from "./drafts.ts";

describe("replicas on one server", () => {
  let server: ServerDatabase;
  const opened: OpenDatabase[] = [];

  beforeAll(async () => {
    server = await serverDatabase();
  });

  afterEach(() => Promise.all(opened.splice(0).map((database) => database.close())));
  afterAll(() => server.drop());

  async function replica(url = server.url): Promise<OpenDatabase> {
    const database = await openDatabase({ url, dataDir: "", log: silent });
    opened.push(database);
    return database;
  }

  it("make the tables once, when they start at once on an empty database", async () => {
    const replicas = await Promise.all([replica(), replica(), replica(), replica()]);
    expect(await Promise.all(replicas.map(({ store }) => store.count(admin, {})))).toEqual([0, 0, 0, 0]);
  });

  it("start beside a newer release that has changed the tables further", async () => {
    await replica();
    await server.sql("insert into kysely_migration (name, timestamp) values ('9999-later', '')");
    await (await replica()).ping();
  });

  it("have large events compressed by LZ4, where the server knows it", async () => {
    const { store } = await replica();
    const { id } = await created(store);
    const components = Array.from({ length: 30 }, (_, n) => measured(`component-${n}`));
    const body = sampled({ components });
    await store.change(id, service, () => ({
      patch: {},
      events: [{ simulatedTime: 1, engineSeq: null, body }],
    }));
    const [known] = await server.sql(
      "select 'lz4' = any(enumvals) as lz4 from pg_settings where name = 'default_toast_compression'",
    );
    const [stored] = await server.sql(
      `select pg_column_compression(body) as how from events where simulation_id = $1 and type = 'METRICS_SAMPLED'`,
      [id],
    );
    expect(stored).toEqual({ how: known?.lz4 === true ? "lz4" : "pglz" });
    expect((await store.events(admin, id, { after: 0, limit: 10 }))?.at(-1)?.body).toEqual(body);
  });

  it("start while somebody uses the log, and have it compressed by LZ4 the next time", async () => {
    await replica();
    await server.sql("alter table events alter column body set compression pglz");
    const how = async () => {
      const [row] = await server.sql(
        "select attcompression as how from pg_attribute where attrelid = 'events'::regclass and attname = 'body'",
      );
      return row?.how;
    };
    const other = connect(server.url, "other", commitBounds, silent);
    const transaction = await other.startTransaction().execute();
    await transaction.selectFrom("events").select("seq").limit(1).execute();
    await replica();
    expect(await how()).toBe("p");
    await transaction.rollback().execute();
    await other.destroy();
    await replica();
    const [known] = await server.sql(
      "select 'lz4' = any(enumvals) as lz4 from pg_settings where name = 'default_toast_compression'",
    );
    expect(await how()).toBe(known?.lz4 === true ? "l" : "p");
  });

  it("make one simulation for one key", async () => {
    const stores = (await Promise.all([replica(), replica()])).map(({ store }) => store);
    const projectId = nextProject();
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, index) => stores[index % 2]?.create(draft({ projectId }, "key"))),
    );
    expect(results.filter((result) => result?.kind === "created")).toHaveLength(1);
    expect(new Set(results.map((result) => result?.simulation.id)).size).toBe(1);
  });

  it("give one simulation one dense log", async () => {
    const [a, b] = await Promise.all([replica(), replica()]);
    const simulations = await Promise.all(Array.from({ length: 8 }, () => created(a.store)));
    const changes = Array.from({ length: 200 }, (_, index) =>
      simulations.flatMap(({ id }) => [
        a.store.change(id, service, append(`a${index}`)),
        b.store.change(id, service, append(`b${index}`)),
      ]),
    ).flat();
    const seqs = (await Promise.all(changes)).flatMap((result) =>
      result.kind === "changed" ? result.events.map(({ simulationId, seq }) => `${simulationId} ${seq}`) : [],
    );
    expect(new Set(seqs).size).toBe(3_200);
    for (const { id } of simulations) {
      const events = await b.store.events(admin, id, { after: 0, limit: 1_000 });
      expect(events?.map(({ seq }) => seq)).toEqual(Array.from({ length: 401 }, (_, index) => index + 1));
    }
  });

  it("store nothing of an owner from the moment another has taken over", async () => {
    const [old, young] = await Promise.all([replica(), replica()]);
    await young.leases.join("young", 60_000);
    const { id } = await created(old.store, { status: "RUNNING", run: { owner: "old", fencingToken: 1 } });
    const asOld = { by: "owner", owner: "old", token: 1 } as const;
    const kinds: string[] = [];
    let stored = 0;
    const writing = (async () => {
      while (kinds.at(-1) !== "fenced") {
        const result = await old.store.change(id, asOld, append("old"));
        kinds.push(result.kind);
        if (result.kind === "changed") stored = result.simulation.lastSeq;
      }
    })();
    let claimed = await young.leases.claim("young", 10);
    while (claimed.length === 0) claimed = await young.leases.claim("young", 10);
    const atTakeover = claimed[0]?.simulation.lastSeq;
    await writing;
    expect(stored).toBeLessThanOrEqual(atTakeover ?? 0);
    expect(await young.store.get(admin, id)).toMatchObject({
      lastSeq: atTakeover,
      run: { owner: "young", fencingToken: 2 },
    });
    expect(await old.store.change(id, asOld, append("old"))).toEqual({ kind: "fenced" });
  });

  it("go on past a replica that is frozen within a transaction", async () => {
    const { store } = await replica();
    const { id } = await created(store);
    const frozen = connect(server.url, "frozen", commitBounds, silent);
    const transaction = await frozen.startTransaction().execute();
    await transaction.selectFrom("simulations").select("id").where("id", "=", id).forUpdate().execute();
    expect(await store.change(id, service, append("after it"))).toMatchObject({ kind: "changed" });
    await expect(transaction.selectFrom("simulations").select("id").execute()).rejects.toThrow();
    await transaction
      .rollback()
      .execute()
      .catch(() => {});
    await frozen.destroy();
  });

  it("neither lose nor double what was acknowledged when the server ends their connections", async () => {
    const { store } = await replica();
    const simulations = await Promise.all(Array.from({ length: 5 }, () => created(store)));
    const acknowledged = new Map<string, string>();
    let refused = 0;
    let cuts = 0;
    let index = 0;
    while (cuts < 5 || refused === 0) {
      const round = simulations.flatMap(({ id }) =>
        Array.from({ length: 10 }, () => {
          const message = `${index++}`;
          return store.change(id, service, append(message)).then(
            (result) => {
              if (result.kind === "changed") acknowledged.set(`${id} ${result.simulation.lastSeq}`, message);
            },
            (error) => {
              expect(error).toMatchObject({ code: "UNAVAILABLE" });
              refused += 1;
            },
          );
        }),
      );
      await server.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like '%commits'",
      );
      cuts += 1;
      await Promise.all(round);
    }
    const found = new Map<string, string>();
    for (const { id } of simulations) {
      const events = (await store.events(admin, id, { after: 0, limit: 5_000 })) ?? [];
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: events.length }, (_, at) => at + 1));
      const messages = events.flatMap(({ body }) => (body.type === "LOG_EMITTED" ? [body.message] : []));
      expect(new Set(messages).size).toBe(messages.length);
      for (const { seq, body } of events)
        if (body.type === "LOG_EMITTED") found.set(`${id} ${seq}`, body.message);
    }
    for (const [place, message] of acknowledged) expect(found.get(place)).toBe(message);
  });
});

describe("a server that cannot be asked", () => {
  let server: ServerDatabase;
  let proxy: FaultyProxy;
  let database: OpenDatabase;

  beforeAll(async () => {
    server = await serverDatabase();
    const { hostname, port } = new URL(server.url);
    proxy = await faultyProxy({ host: hostname, port: Number(port) });
    const url = new URL(server.url);
    url.host = `127.0.0.1:${proxy.port}`;
    database = await openDatabase({ url: url.href, dataDir: "", log: silent });
  });

  afterAll(async () => {
    await database.close();
    await proxy.close();
    await server.drop();
  });

  it("is UNAVAILABLE when the service starts, without a word of the password", async () => {
    const refused = openDatabase({ url: "postgres://ada:secret@127.0.0.1:1/db", dataDir: "", log: silent });
    const error: Error = await refused.then(
      () => new Error("It opened."),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: "UNAVAILABLE" });
    expect(error.message).not.toContain("secret");
  });

  it("is described without its user and password", async () => {
    expect(database.describe).toMatch(/^Postgres at 127\.0\.0\.1:\d+\/test_[0-9a-f]+$/);
  });

  it("is UNAVAILABLE while connections break, and answers again afterwards", async () => {
    const { id } = await created(database.store);
    proxy.swallow();
    const asked = Promise.allSettled([
      database.store.get(admin, id),
      database.store.create(draft()),
      database.store.change(id, service, () => ({ patch: {}, events: [log("lost")] })),
      database.leases.lead("r1", 1_000),
      database.ping(),
    ]);
    proxy.cut();
    const kinds = (await asked).map((result) => result.status === "rejected" && result.reason.code);
    expect(kinds).toEqual(Array(5).fill("UNAVAILABLE"));
    proxy.pass();
    expect(await database.store.get(admin, id)).toMatchObject({ id, lastSeq: 1 });
    expect(await database.store.change(id, service, append("found"))).toMatchObject({ kind: "changed" });
  });

  it("lets a lease fail soon where the network swallows everything, and is found again afterwards", async () => {
    await database.leases.join(nextId(), 60_000);
    proxy.swallow();
    await expect(database.leases.renew("r1", 1_000)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    proxy.pass();
    expect(await database.leases.renew("never", 1_000)).toBe(false);
  });

  it("takes no change after it was closed, and answers those that were waiting", async () => {
    const other = await server.open();
    const { id } = await created(other.store);
    const waiting = [
      other.store.change(id, service, append("a")),
      other.store.change(id, service, append("b")),
    ];
    const closed = [other.close(), other.close()];
    const late = other.store.change(id, service, append("late"));
    await expect(late).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect((await Promise.all(waiting)).map(({ kind }) => kind)).toEqual(["changed", "changed"]);
    await Promise.all(closed);
    await expect(other.store.get(admin, id)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});
