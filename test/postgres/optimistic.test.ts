// What an owner writes is decided on what it wrote last. Whatever others do meanwhile, it is as if it had been decided
// on the row.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Meter, noMeter } from "../../src/core/ports/meter.ts";
import type { Decide, Guard } from "../../src/core/ports/store.ts";
import { type OpenDatabase, openDatabase } from "../../src/postgres/open.ts";
import {
  databases,
  type ServerDatabase,
  serverDatabase,
  silent,
  type TestDatabase,
} from "../support/postgres.ts";
import { append, service } from "./change-contract.ts";
import { admin, created, log, nextId, sample } from "./drafts.ts";

const owner: Guard = { by: "owner", owner: "r1", token: 1 };
const driven = { status: "RUNNING", run: { owner: "r1", fencingToken: 1 } } as const;

/** Appends, and tells the speed that it saw. */
const saw: Decide<never> = ({ speed }) => ({ patch: {}, events: [log(`${speed}`)] });
const setSpeed =
  (speed: number): Decide<never> =>
  () => ({ patch: { speed }, events: [] });

describe.each(databases)("what an owner writes on $kind", ({ make }) => {
  let database: TestDatabase;
  let opened: OpenDatabase;

  beforeAll(async () => {
    database = await make();
    opened = await database.open();
  });
  afterAll(async () => {
    await opened.close();
    await database.drop();
  });

  async function messages(id: string): Promise<readonly string[]> {
    const events = await opened.store.events(admin, id, { after: 1, limit: 1_000 });
    return (events ?? []).flatMap(({ body }) => (body.type === "LOG_EMITTED" ? [body.message] : []));
  }

  it("sees what others wrote since", async () => {
    const { store } = opened;
    const { id } = await created(store, driven);
    for (const [guard, decide] of [
      [owner, setSpeed(1)],
      [owner, saw],
      [service, setSpeed(2)],
      [owner, saw],
      [owner, setSpeed(3)],
      [service, saw],
      [owner, saw],
    ] as const) {
      expect(await store.change(id, guard, decide)).toMatchObject({ kind: "changed" });
    }
    expect(await messages(id)).toEqual(["1", "2", "3", "3"]);
  });

  it("is stored as it is answered, many of many simulations together", async () => {
    const { store } = opened;
    const some = await Promise.all(Array.from({ length: 20 }, () => created(store, driven)));
    for (let round = 0; round < 3; round += 1) {
      const results = await Promise.all(
        some.flatMap(({ id }, index) => [
          store.change(id, owner, append(`a${round}`)),
          store.change(id, index % 5 === 0 ? service : owner, append(`b${round}`)),
        ]),
      );
      for (const { id } of some) {
        const own = results.filter((result) => result.kind === "changed" && result.simulation.id === id);
        expect(own).toHaveLength(2);
        expect(await store.get(admin, id)).toEqual(
          own.map((result) => "simulation" in result && result.simulation)[1],
        );
      }
    }
    for (const { id } of some) expect(await messages(id)).toEqual(["a0", "b0", "a1", "b1", "a2", "b2"]);
  });

  it("is refused, unchanged or fenced by the row as it stands", async () => {
    const { store } = opened;
    const { id } = await created(store, driven);
    await store.change(id, owner, setSpeed(1));
    await store.change(id, service, setSpeed(2));
    const refused = await store.change<number>(id, owner, ({ speed }) => ({ refuse: speed }));
    expect(refused).toMatchObject({ kind: "refused", reason: 2 });
    await store.change(id, owner, setSpeed(3));
    await store.change(id, service, setSpeed(4));
    const unchanged = await store.change(id, owner, () => "unchanged");
    expect(unchanged).toMatchObject({ kind: "unchanged", simulation: { speed: 4 } });
    await store.change(id, owner, setSpeed(5));
    await store.change(id, service, () => ({ patch: { run: { owner: "r2", fencingToken: 2 } }, events: [] }));
    expect(await store.change(id, owner, append("late"))).toEqual({ kind: "fenced" });
    expect(await messages(id)).toEqual([]);
  });

  it("fails alone where it cannot be stored", async () => {
    const { store } = opened;
    const some = await Promise.all(Array.from({ length: 4 }, () => created(store, driven)));
    await Promise.all(some.map(({ id }) => store.change(id, owner, append("before"))));
    const results = await Promise.allSettled(
      some.map(({ id }, index) =>
        store.change(id, owner, () => ({
          patch: index === 1 ? { attempt: 2 ** 40 } : {},
          events: [log("after")],
        })),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(await Promise.all(some.map(({ id }) => messages(id)))).toEqual(
      some.map((_, index) => (index === 1 ? ["before"] : ["before", "after"])),
    );
  });
});

describe("replicas on one server, as owners", () => {
  let server: ServerDatabase;
  const opened: OpenDatabase[] = [];
  const outcomes: string[][] = [];

  beforeAll(async () => {
    server = await serverDatabase();
    for (const _ of ["a", "b"]) opened.push(await replica());
  });
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await server.drop();
  });

  function replica(): Promise<OpenDatabase> {
    const seen: string[] = [];
    outcomes.push(seen);
    const meter: Meter = {
      ...noMeter,
      count(name, labels) {
        if (name === "simulations_commit_batches_total" && "outcome" in labels)
          seen.push(`${labels.outcome}`);
      },
    };
    return openDatabase({ url: server.url, dataDir: "", log: silent, meter });
  }

  const stores = () => opened.map(({ store }) => store);

  it("look at the database again only where others have written", async () => {
    const [a, b] = stores();
    const { id } = await created(a ?? fail(), driven);
    const seen = outcomes[0] ?? [];
    seen.length = 0;
    for (const message of ["1", "2", "3"]) await a?.change(id, owner, append(message));
    expect(seen).toEqual(["committed", "committed", "committed"]);
    await b?.change(id, service, append("4"));
    await a?.change(id, owner, append("5"));
    expect(seen.slice(3)).toEqual(["outdated", "committed"]);
    await a?.change(id, owner, append("6"));
    expect(seen.slice(5)).toEqual(["committed"]);
  });

  it("write over nothing that another has written", async () => {
    const [a = fail(), b = fail()] = stores();
    const { id } = await created(a, driven);
    await a.change(id, owner, setSpeed(1));
    await b.change(id, service, () => ({ patch: { desiredSpeed: 7 }, events: [] }));
    await a.change(id, owner, () => ({
      patch: { speed: 3 },
      events: [],
      documents: { design: { of: "a" } },
    }));
    expect(await a.get(admin, id)).toMatchObject({ speed: 3, desiredSpeed: 7, version: 4 });

    await b.change(id, service, () => ({ patch: { desiredSpeed: 8 }, events: [] }));
    const samples = Array.from({ length: 16 }, (_, index) => sample(index + 1, 7));
    await a.change(id, owner, () => ({ patch: { progress: 0.5 }, events: samples }));
    expect(await a.get(admin, id)).toMatchObject({ progress: 0.5, desiredSpeed: 8, lastSeq: 17 });
    const rolledUp = "select count(*)::int as many from metrics_roll_ups where simulation_id = $1";
    expect(await server.sql(rolledUp, [id])).toEqual([{ many: 1 }]);

    await b.change(id, service, () => ({ patch: { run: { owner: "r2", fencingToken: 2 } }, events: [] }));
    const late = await a.change(id, owner, () => ({ patch: { speed: 9 }, events: samples }));
    expect(late).toEqual({ kind: "fenced" });
    expect(await b.get(admin, id)).toMatchObject({ speed: 3, lastSeq: 17, run: { owner: "r2" } });
    expect(await server.sql(rolledUp, [id])).toEqual([{ many: 1 }]);
  });

  it("do not take a row of the same version for the one that they wrote", async () => {
    const [a = fail()] = stores();
    const { id } = await created(a, driven);
    await a.change(id, owner, append("a"));
    // As on a standby that has not got the last commit, and then was written to.
    await server.sql("delete from events where simulation_id = $1 and seq = 2", [id]);
    await server.sql("update simulations set last_seq = 1, speed = 5 where id = $1", [id]);
    expect(await a.change(id, owner, saw)).toMatchObject({
      kind: "changed",
      simulation: { lastSeq: 2, speed: 5 },
    });
  });

  it("give one simulation one dense log, though both think that it is theirs", async () => {
    const [a = fail(), b = fail()] = stores();
    const simulations = await Promise.all(Array.from({ length: 8 }, () => created(a, driven)));
    const write = async (store: typeof a, name: string) => {
      for (let index = 0; index < 60; index += 1) {
        const results = await Promise.all(
          simulations.map(({ id }) => store.change(id, owner, append(`${name}${index}`))),
        );
        expect(results.map(({ kind }) => kind)).toEqual(simulations.map(() => "changed"));
      }
    };
    await Promise.all([write(a, "a"), write(b, "b")]);
    for (const { id } of simulations) {
      const events = (await b.events(admin, id, { after: 1, limit: 1_000 })) ?? [];
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, index) => index + 2));
      const told = events.flatMap(({ body }) => (body.type === "LOG_EMITTED" ? [body.message] : []));
      for (const name of ["a", "b"]) {
        expect(told.filter((message) => message.startsWith(name))).toEqual(
          Array.from({ length: 60 }, (_, index) => `${name}${index}`),
        );
      }
    }
  });

  it("find nothing of a simulation that is gone", async () => {
    const [a = fail()] = stores();
    const { id } = await created(a, driven);
    await a.change(id, owner, append("there"));
    await server.sql("delete from simulations where id = $1", [id]);
    expect(await a.change(id, owner, append("gone"))).toEqual({ kind: "not-found" });
    expect(
      await server.sql("select count(*)::int as many from events where simulation_id = $1", [id]),
    ).toEqual([{ many: 2 }]);
    expect(await a.change(nextId(), owner, append("never"))).toEqual({ kind: "not-found" });
  });
});

function fail(): never {
  throw new Error("There is no such replica.");
}
