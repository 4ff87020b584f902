// What the store promises of `create` and `change`, run against each database.
import { expect, it } from "vitest";
import { limits } from "../../src/core/limits.ts";
import type { ChangeResult, Decide, Guard, SimulationStore } from "../../src/core/ports/store.ts";
import { admin, created, draft, log, nextId, nextProject, sample, statusEvent, viewer } from "./drafts.ts";

export const service: Guard = { by: "service" };

/** A decision that appends one log event, and nothing else. */
export const append =
  (message: string): Decide<never> =>
  () => ({ patch: {}, events: [log(message)] });

export function changeContract(store: () => SimulationStore): void {
  const change = <R = never>(id: string, guard: Guard, decide: Decide<R>) =>
    store().change<R>(id, guard, decide);

  it("gives a created simulation's events the seqs from 1 on", async () => {
    const made = draft();
    const result = await store().create({
      ...made,
      events: [statusEvent(made.simulation), log("a"), log("b")],
    });
    if (result.kind !== "created") throw new Error(result.kind);
    expect(result.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(result.simulation).toEqual({ ...made.simulation, lastSeq: 3, version: 1 });
    expect(await store().get(admin, made.simulation.id)).toEqual(result.simulation);
    expect(await store().events(admin, made.simulation.id, { after: 0, limit: 10 })).toEqual(result.events);
  });

  it("makes one simulation for one key, however many ask at once", async () => {
    const projectId = nextProject();
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, seed) => store().create(draft({ projectId, seed }, "key"))),
    );
    const made = results.filter((result) => result.kind === "created");
    expect(made).toHaveLength(1);
    expect(new Set(results.map((result) => result.simulation.id)).size).toBe(1);
    expect(await store().count(admin, { projectId })).toBe(1);
    const seeds = results.flatMap((result) => (result.kind === "existing" ? [result.input.seed] : []));
    expect(new Set(seeds)).toEqual(new Set([made[0]?.simulation.seed]));
    expect(seeds).toHaveLength(99);
  });

  it("answers each of many that come at once for itself, and one that cannot be stored harms no other", async () => {
    const projectId = nextProject();
    const design = { name: "Shop", text: 'a\nb \u2028 "c" \\' };
    const drafts = Array.from({ length: 40 }, (_, seed) => ({
      ...draft({ projectId, seed }, seed % 4 === 0 ? `key-${seed % 8}` : null),
      documents: seed % 3 === 0 ? {} : { design: seed % 3 === 1 ? design : { seed } },
    }));
    const [again] = drafts.slice(1);
    const unstorable = draft({ projectId, seed: 1e300 });
    const results = await Promise.allSettled(
      [...drafts, unstorable, ...(again === undefined ? [] : [again])].map((one) => store().create(one)),
    );
    expect(results.map(({ status }) => status).filter((status) => status === "rejected")).toHaveLength(1);
    expect(results[40]?.status).toBe("rejected");
    const answers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const made = answers.filter(({ kind }) => kind === "created");
    // Ten had one of two keys; one came twice.
    expect(made).toHaveLength(30 + 2);
    expect(answers.at(-1)?.simulation.id).toBe(again?.simulation.id);
    const known = new Set(made.map(({ simulation }) => simulation.id));
    for (const { simulation } of answers) expect(known).toContain(simulation.id);
    for (const { simulation, documents } of drafts) {
      if (!known.has(simulation.id)) continue;
      expect((await store().documents(admin, simulation.id))?.design ?? null).toEqual(
        documents.design ?? null,
      );
      expect(await store().events(admin, simulation.id, { after: 0, limit: 9 })).toHaveLength(1);
    }
  });

  it("knows a key by user and project", async () => {
    const projectId = nextProject();
    const kinds = [
      await store().create(draft({ projectId, userId: "a" }, "key")),
      await store().create(draft({ projectId, userId: "b" }, "key")),
      await store().create(draft({ projectId: nextProject(), userId: "a" }, "key")),
      await store().create(draft({ projectId, userId: "a" }, "other")),
      await store().create(draft({ projectId, userId: "a" })),
      await store().create(draft({ projectId, userId: "a" })),
    ].map((result) => result.kind);
    expect(kinds).toEqual(Array(6).fill("created"));
  });

  it("finds the simulation that a key made, with its input", async () => {
    const projectId = nextProject();
    const made = draft({ projectId, labels: { team: "a" } }, "key");
    expect(await store().findByKey("user", projectId, "key")).toBeNull();
    const result = await store().create(made);
    expect(await store().findByKey("user", projectId, "key")).toEqual({
      simulation: result.simulation,
      input: made.input,
    });
    expect(await store().findByKey("other", projectId, "key")).toBeNull();
  });

  it("answers the same draft again, whose answer was lost, with what it made", async () => {
    const made = draft();
    await store().create(made);
    expect(await store().create(made)).toMatchObject({
      kind: "existing",
      simulation: { id: made.simulation.id },
    });
    expect(await store().events(admin, made.simulation.id, { after: 0, limit: 10 })).toHaveLength(1);
  });

  it("has committed when it resolves", async () => {
    const { id } = await created(store());
    const result = await change(id, service, () => ({
      patch: {
        status: "STARTING",
        progress: 0.25,
        startTime: new Date(1_000),
        run: { owner: "r1", engineDigest: Uint8Array.of(0, 255) },
      },
      events: [log("started")],
    }));
    if (result.kind !== "changed") throw new Error(result.kind);
    expect(await store().get(admin, id)).toEqual(result.simulation);
    expect(await store().events(admin, id, { after: 1, limit: 10 })).toEqual(result.events);
    expect(result.simulation).toMatchObject({ status: "STARTING", progress: 0.25, lastSeq: 2 });
  });

  it("sets the fields of a patch and leaves the others, also within `run`", async () => {
    const before = await created(store(), { run: { owner: "r1", fencingToken: 7 } });
    const result = await change(before.id, service, () => ({
      patch: { speed: 0, run: { engineSeq: 9 } },
      events: [],
    }));
    expect(result).toEqual({
      kind: "changed",
      simulation: { ...before, speed: 0, version: before.version + 1, run: { ...before.run, engineSeq: 9 } },
      events: [],
    });
  });

  it("decides changes of one simulation in the order of the calls, each on what the one before made", async () => {
    const { id } = await created(store());
    const seen: number[] = [];
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        change(id, service, ({ speed }) => {
          seen.push(speed);
          return { patch: { speed: index }, events: [log(`${index}`)] };
        }),
      ),
    );
    expect(seen).toEqual([10, ...Array(199).keys()]);
    const log200 = await store().events(admin, id, { after: 1, limit: 500 });
    expect(log200?.map(({ seq, body }) => [seq, body.type === "LOG_EMITTED" && body.message])).toEqual(
      Array.from({ length: 200 }, (_, index) => [index + 2, `${index}`]),
    );
  });

  it("answers each of the changes that are committed together for itself", async () => {
    const [a, b, done] = await Promise.all([
      created(store()),
      created(store(), { run: { owner: "r1", fencingToken: 3 } }),
      created(store(), { status: "STOPPED" }),
    ]);
    const boom = new Error("boom");
    const results = await Promise.allSettled<ChangeResult<string>>([
      change(a.id, service, append("kept")),
      change(a.id, service, () => "unchanged"),
      change(a.id, service, () => ({ refuse: "no" })),
      change(a.id, service, () => {
        throw boom;
      }),
      change(a.id, service, () => ({ patch: { progress: Number.NaN }, events: [] })),
      change(b.id, { by: "owner", owner: "r1", token: 2 }, append("stale")),
      change(b.id, { by: "owner", owner: "r2", token: 3 }, append("another's")),
      change(b.id, { by: "owner", owner: "r1", token: 3 }, append("kept")),
      change(done.id, service, append("late")),
      change(nextId(), service, append("nowhere")),
      change("no-id", service, append("nowhere")),
    ]);
    const kinds = results.map((result) => (result.status === "fulfilled" ? result.value.kind : "thrown"));
    expect(kinds).toEqual([
      "changed",
      "unchanged",
      "refused",
      "thrown",
      "thrown",
      "fenced",
      "fenced",
      "changed",
      "thrown",
      "not-found",
      "not-found",
    ]);
    expect(results[3]).toEqual({ status: "rejected", reason: boom });
    expect(await store().get(admin, a.id)).toEqual({ ...a, lastSeq: 2, version: a.version + 1 });
    expect(await store().get(admin, b.id)).toEqual({ ...b, lastSeq: 2, version: b.version + 1 });
    expect(await store().get(admin, done.id)).toEqual(done);
  });

  it("fails a change that the database cannot hold alone, with its batch committed", async () => {
    const [a, b] = await Promise.all([created(store()), created(store())]);
    const results = await Promise.allSettled([
      change(a.id, service, append("a")),
      change(b.id, service, () => ({ patch: { attempt: 2 ** 40 }, events: [log("lost")] })),
      change(b.id, service, append("b")),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await store().get(admin, a.id)).toMatchObject({ lastSeq: 2 });
    expect(await store().get(admin, b.id)).toMatchObject({ lastSeq: 2, attempt: 0 });
  });

  it("never changes a terminal status, and appends nothing after it", async () => {
    const { id } = await created(store(), { run: { owner: "r1", fencingToken: 1 } });
    const owner: Guard = { by: "owner", owner: "r1", token: 1 };
    await change(id, owner, (before) => ({
      patch: { status: "COMPLETED" },
      events: [statusEvent({ ...before, status: "COMPLETED" })],
    }));
    for (const status of ["RUNNING", "STOPPED", "FAILED"] as const) {
      await expect(change(id, owner, () => ({ patch: { status }, events: [] }))).rejects.toThrow(
        "must not change",
      );
    }
    await expect(change(id, owner, append("late"))).rejects.toThrow("must not change");
    expect(await change(id, owner, () => "unchanged")).toMatchObject({ kind: "unchanged" });
    expect(await store().get(admin, id)).toMatchObject({ status: "COMPLETED", lastSeq: 2 });
  });

  it("lets a viewer change what they see, and answers another's as a missing one", async () => {
    const { id, projectId } = await created(store(), { projectId: nextProject(), userId: "ada" });
    const by = async (who: ReturnType<typeof viewer>) =>
      (await change(id, { by: "viewer", viewer: who }, append("hello"))).kind;
    expect(await by(viewer("ada"))).toBe("changed");
    expect(await by(viewer("bob", projectId))).toBe("changed");
    expect(await by(admin)).toBe("changed");
    expect(await by(viewer("bob", "other"))).toBe("not-found");
    const mine = { by: "viewer", viewer: viewer("bob") } as const;
    expect(await change(id, mine, append("x"))).toEqual(await change(nextId(), mine, append("x")));
  });

  it("gives one log to changes from many sides at once, dense and complete", async () => {
    const simulations = await Promise.all(Array.from({ length: 20 }, () => created(store())));
    await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => {
        const { id } = simulations[index % 20] ?? { id: "" };
        return change(id, service, () => ({ patch: {}, events: [log(`${index}`), sample(index, 1)] }));
      }),
    );
    for (const { id } of simulations) {
      const events = await store().events(admin, id, { after: 0, limit: 1_000 });
      expect(events?.map(({ seq }) => seq)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
      expect(await store().get(admin, id)).toMatchObject({ lastSeq: 101 });
    }
  });

  it("stores documents with a change, and keeps those that it does not name", async () => {
    const { id } = await created(store());
    const engineConfig = {
      encoded: Uint8Array.of(0, 1, 255),
      digest: Uint8Array.of(9),
      stations: ["a", "b"],
      assumptions: [{ path: "a.b", value: "1", text: "assumed" }],
      warnings: [],
      features: ["retries"],
    };
    expect(await store().documents(admin, id)).toEqual({});
    await Promise.all([
      change(id, service, () => ({ patch: {}, events: [], documents: { design: { z: 1, a: [null, "ü"] } } })),
      change(id, service, () => ({ patch: {}, events: [], documents: { engineConfig } })),
    ]);
    expect(await store().documents(admin, id)).toEqual({ design: { z: 1, a: [null, "ü"] }, engineConfig });
  });

  it("stores texts that Postgres has no letters for", async () => {
    const { id } = await created(store());
    await change(id, service, append("nul \0 half \ud800 whole \u{1f600} quoted \\u0000"));
    const events = await store().events(admin, id, { after: 1, limit: 1 });
    expect(events?.[0]?.body).toMatchObject({
      message: "nul \ufffd half \ufffd whole \u{1f600} quoted \\u0000",
    });
  });

  it("refuses what does not fit into its queue, at once, and answers the rest", async () => {
    const nowhere = nextId();
    const results = await Promise.allSettled(
      Array.from({ length: limits.commitQueue + 1 }, () => change(nowhere, service, append("x"))),
    );
    expect(results.pop()).toMatchObject({ status: "rejected", reason: { code: "UNAVAILABLE" } });
    expect(
      results.every((result) => result.status === "fulfilled" && result.value.kind === "not-found"),
    ).toBe(true);
  });
}
