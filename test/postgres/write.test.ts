// What a change writes, and what it leaves as it is.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Decide } from "../../src/core/ports/store.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { databases, type ServerDatabase, serverDatabase, type TestDatabase } from "../support/postgres.ts";
import { append, service } from "./change-contract.ts";
import { admin, created, sample, statusEvent } from "./drafts.ts";

const all = { from: 0, to: 1_000, maxPoints: 1 };

/** What a sample makes of a simulation whose run goes on. */
const goesOn: Decide<never> = ({ run, simulatedTime }) => ({
  patch: {
    simulatedTime: simulatedTime + 1,
    progress: 0.5,
    staleReason: null,
    run: { engineSeq: run.engineSeq + 1, engineDigest: Uint8Array.of(0, 255, run.engineSeq) },
  },
  events: [{ ...sample(simulatedTime + 1, 7), engineSeq: run.engineSeq + 1 }],
  documents: {},
});

describe.each(databases)("a change on $kind", ({ make }) => {
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

  it("keeps a digest that is empty, beside others", async () => {
    const { store } = opened;
    const some = await Promise.all(Array.from({ length: 3 }, () => created(store, { status: "RUNNING" })));
    const digests = [Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2)];
    await Promise.all(
      some.map(({ id }, index) =>
        store.change(id, service, () => ({
          patch: { run: { engineSeq: 1, engineDigest: digests[index] ?? null } },
          events: [],
        })),
      ),
    );
    const stored = await Promise.all(some.map(({ id }) => store.get(admin, id)));
    expect(stored.map((simulation) => [...(simulation?.run.engineDigest ?? [9])])).toEqual([[1], [], [2]]);
  });

  it("writes what goes on and what stands differently together", async () => {
    const { store } = opened;
    const some = await Promise.all(Array.from({ length: 6 }, () => created(store, { status: "RUNNING" })));
    const pause: Decide<never> = (simulation) => ({
      patch: { status: "PAUSED", run: { pausedSince: new Date(5_000) } },
      events: [statusEvent({ ...simulation, status: "PAUSED" })],
    });
    const results = await Promise.all(
      some.flatMap(({ id }, index) => [
        store.change(id, service, goesOn),
        ...(index % 2 === 0 ? [store.change(id, service, pause)] : []),
        store.change(id, service, goesOn),
      ]),
    );
    expect(results.map(({ kind }) => kind)).toEqual(results.map(() => "changed"));
    for (const [index, { id }] of some.entries()) {
      const own = results.flatMap((result) =>
        result.kind === "changed" && result.simulation.id === id ? [result] : [],
      );
      expect(await store.get(admin, id)).toEqual(own.at(-1)?.simulation);
      expect(await store.events(admin, id, { after: 1, limit: 10 })).toEqual(
        own.flatMap(({ events }) => events),
      );
      expect(own.at(-1)?.simulation).toMatchObject({
        status: index % 2 === 0 ? "PAUSED" : "RUNNING",
        simulatedTime: 2,
        run: { engineSeq: 2, engineDigest: Uint8Array.of(0, 255, 1) },
      });
    }
  });

  it("tells its events' bodies as the log has them", async () => {
    const { store } = opened;
    const { id } = await created(store);
    const result = await store.change(id, service, append("a \u0000 line\nand \ud800 more"));
    if (result.kind !== "changed") throw new Error(result.kind);
    const stored = await store.events(admin, id, { after: 1, limit: 10 });
    expect(result.bodies?.map((body) => JSON.parse(body))).toEqual(stored?.map(({ body }) => body));
  });

  it("keeps what components are called, whatever it is", async () => {
    const { store } = opened;
    const { id } = await created(store);
    const ids = ["plain", 'a"b', "a\\b", "a,b", "{}", "NULL", "", " a ", "a\nb", "\\\\", '\\"', "ä", "a'b"];
    const [named] = [sample(1, 3)];
    if (named.body.type !== "METRICS_SAMPLED") throw new Error(named.body.type);
    const { body } = named;
    const components = ids.flatMap((componentId) =>
      body.components.map((component) => ({ ...component, componentId })),
    );
    await store.change(id, service, () => ({
      patch: {},
      events: [{ ...named, body: { ...body, components } }],
    }));
    const points = await store.metrics(admin, id, { ...all, componentIds: ids });
    expect(points?.[0]?.components.map(({ componentId }) => componentId)).toEqual(ids);
    expect(points?.[0]?.components.map(({ measures }) => measures.throughput.mean)).toEqual(ids.map(() => 3));
  });
});

describe("on a server, a change", () => {
  let server: ServerDatabase;
  let opened: OpenDatabase;

  beforeAll(async () => {
    server = await serverDatabase();
    opened = await server.open();
  });
  afterAll(async () => {
    await opened.close();
    await server.drop();
  });

  it("that names no documents leaves their row as it is", async () => {
    const { id } = await created(opened.store, { status: "RUNNING" });
    const version = () =>
      server.sql("select xmin::text, ctid::text from simulation_documents where simulation_id = $1", [id]);
    const before = await version();
    await opened.store.change(id, service, goesOn);
    expect(await version()).toEqual(before);
    await opened.store.change(id, service, () => ({
      patch: {},
      events: [],
      documents: { design: { a: 1 } },
    }));
    expect(await version()).not.toEqual(before);
  });
});
