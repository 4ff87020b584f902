// What leases and admission promise, run against each database. A lease of 0 ms has run out when it is given.
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Leases, Placement } from "../../src/core/ports/leases.ts";
import type { SimulationStore } from "../../src/core/ports/store.ts";
import type { Simulation, SimulationStatus } from "../../src/core/simulation.ts";
import { service } from "./change-contract.ts";
import { admin, created, log, type Overrides } from "./drafts.ts";

const minute = 60_000;

export function leasesContract(store: () => SimulationStore, leases: () => Leases): void {
  /** Nothing is left of the test before: no lease, and no simulation that waits or runs. */
  beforeEach(async () => {
    await leases().endAll();
    await stopAll();
  });

  const stopAll = async () => {
    const open = { statuses: ["QUEUED", "STARTING", "RUNNING", "PAUSED"] } as const;
    const page = await store().list(admin, open, { limit: 1_000, fromEnd: false });
    await Promise.all(page.simulations.map(({ id }) => set(id, "STOPPED")));
  };
  const set = (id: string, status: SimulationStatus) =>
    store().change(id, service, () => ({ patch: { status }, events: [] }));
  const running = (owner: string | null, overrides: Overrides = {}) =>
    created(store(), { status: "RUNNING", run: { owner, fencingToken: 5, engine: "e1" }, ...overrides });
  const get = async (id: string): Promise<Simulation> => {
    const found = await store().get(admin, id);
    if (found === null) throw new Error(`${id} is gone.`);
    return found;
  };
  const appendAs = (id: string, owner: string, token: number) =>
    store().change(id, { by: "owner", owner, token }, () => ({ patch: {}, events: [log("hello")] }));

  it("lets a replica join, and not while one of its name is alive", async () => {
    await leases().join("r1", minute);
    await expect(leases().join("r1", minute)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await leases().join("r2", 0);
    await leases().join("r2", minute);
  });

  it("frees what a dead replica of the same name owned, when one joins", async () => {
    await leases().join("r1", 0);
    const { id } = await running("r1");
    await leases().join("r1", minute);
    expect(await leases().owned("r1")).toEqual([]);
    expect((await get(id)).run).toMatchObject({ owner: null, fencingToken: 5 });
  });

  it("renews a lease, also one that has run out, unless somebody removed it", async () => {
    await leases().join("r1", 0);
    expect(await leases().renew("r1", 0)).toBe(true);
    await leases().join("r2", minute);
    await leases().claim("r2", 10);
    expect(await leases().renew("r1", minute)).toBe(false);
    expect(await leases().renew("r2", minute)).toBe(true);
    expect(await leases().renew("never", minute)).toBe(false);
  });

  it("tells what a replica owns, terminal ones left out", async () => {
    const [a, b] = [await running("r1"), await running("r1", { status: "PAUSED" })];
    await running("r2");
    await running("r1", { status: "COMPLETED" });
    expect(await leases().owned("r1")).toEqual([a, b].map((simulation) => ({ simulation, token: 5 })));
  });

  it("takes over from the dead and the gone, raising the token", async () => {
    await leases().join("me", minute);
    await leases().join("alive", minute);
    await leases().join("dead", 0);
    const mine = await running("me");
    const kept = await running("alive");
    const left = [await running("dead"), await running("gone"), await running(null, { status: "STARTING" })];
    const claimed = await leases().claim("me", 10);
    expect(claimed).toEqual(
      left.map((simulation) => ({
        simulation: {
          ...simulation,
          lastSeq: simulation.lastSeq + 1,
          version: simulation.version + 1,
          run: { ...simulation.run, owner: "me", fencingToken: 6 },
        },
        token: 6,
        events: [expect.objectContaining({ seq: simulation.lastSeq + 1 })],
      })),
    );
    expect(await get(kept.id)).toEqual(kept);
    expect(await get(mine.id)).toEqual(mine);
    expect(await leases().claim("me", 10)).toEqual([]);
  });

  it("says in the log who drives a simulation now, and instead of whom", async () => {
    await leases().join("me", minute);
    const [dead, left] = [await running("dead"), await running(null)];
    const claimed = await leases().claim("me", 10);
    const said = claimed.map(({ events }) => events.map(({ body }) => body));
    const body = { type: "LOG_EMITTED", level: "INFO", code: "OWNER_CHANGED", componentId: null };
    expect(said).toEqual([
      [
        {
          ...body,
          message: "Replica me drives the simulation now instead of dead, which is gone (fencing token 6).",
        },
      ],
      [{ ...body, message: "Replica me drives the simulation now (fencing token 6)." }],
    ]);
    for (const [index, { id, lastSeq }] of [dead, left].entries()) {
      expect(await store().events(admin, id, { after: lastSeq, limit: 10 })).toEqual(claimed[index]?.events);
    }
  });

  it("tells until when replicas live, without those that have no lease", async () => {
    const before = Date.now();
    await leases().join("long", minute);
    await leases().join("over", 0);
    const expiries = await leases().expiries(["long", "over", "never"]);
    expect([...expiries.keys()].toSorted()).toEqual(["long", "over"]);
    const [long = 0, over = 0] = ["long", "over"].map((replica) => expiries.get(replica)?.getTime());
    expect(long - over).toBeGreaterThan(minute / 2);
    expect(Math.abs(over - before)).toBeLessThan(minute / 2);
    expect(await leases().expiries([])).toEqual(new Map());
    expect(await leases().living()).toEqual(new Set(["long"]));
  });

  it("claims no more than the limit at a time, the oldest first, and neither QUEUED nor terminal ones", async () => {
    await leases().join("me", minute);
    const left = [await running("gone"), await running("gone"), await running("gone")];
    await running("gone", { status: "FAILED" });
    await running("gone", { status: "QUEUED" });
    const round = async () => (await leases().claim("me", 2)).map(({ simulation }) => simulation.id);
    const ids = left.map(({ id }) => id);
    expect(await round()).toEqual(ids.slice(0, 2));
    expect(await round()).toEqual(ids.slice(2));
    expect(await round()).toEqual([]);
  });

  it("gives nothing to a replica that is not alive itself", async () => {
    const { id } = await running("gone");
    expect(await leases().claim("never", 10)).toEqual([]);
    await leases().join("me", 0);
    expect(await leases().claim("me", 10)).toEqual([]);
    expect((await get(id)).run.fencingToken).toBe(5);
  });

  it("gives each simulation to one of many that claim at once", async () => {
    const replicas = ["a", "b", "c", "d"];
    await Promise.all(replicas.map((replica) => leases().join(replica, minute)));
    const left = await Promise.all(Array.from({ length: 40 }, () => running("gone")));
    const claimed = await Promise.all(replicas.map((replica) => leases().claim(replica, 40)));
    const rest = await leases().claim("a", 40);
    const ids = [...claimed.flat(), ...rest].map(({ simulation }) => simulation.id);
    expect(ids.toSorted()).toEqual(left.map(({ id }) => id).toSorted());
  });

  it("fences an owner whose simulation was taken over", async () => {
    await leases().join("me", minute);
    const { id } = await running("dead");
    expect(await appendAs(id, "dead", 5)).toMatchObject({ kind: "changed" });
    await leases().claim("me", 10);
    expect(await appendAs(id, "dead", 5)).toEqual({ kind: "fenced" });
    expect(await appendAs(id, "me", 5)).toEqual({ kind: "fenced" });
    expect(await appendAs(id, "me", 6)).toMatchObject({ kind: "changed" });
  });

  it("frees at once what a replica that leaves owned", async () => {
    await leases().join("r1", minute);
    await leases().join("r2", minute);
    const { id } = await running("r1");
    const done = await running("r1", { status: "COMPLETED" });
    await leases().lead("r1", minute);
    await leases().leave("r1");
    expect(await leases().lead("r2", minute)).toBe(true);
    expect((await leases().claim("r2", 10)).map(({ simulation }) => simulation.id)).toEqual([id]);
    expect(await get(done.id)).toEqual(done);
    expect(await leases().renew("r1", minute)).toBe(false);
  });

  it("ends every lease at once", async () => {
    await leases().join("r1", minute);
    await leases().lead("r1", minute);
    const { id } = await running("r1");
    await leases().endAll();
    await leases().join("r2", minute);
    expect(await leases().lead("r2", minute)).toBe(true);
    expect((await leases().claim("r2", 10)).map(({ simulation }) => simulation.id)).toEqual([id]);
  });

  it("lets one replica lead at a time, until its time has run out", async () => {
    expect(await leases().lead("r1", minute)).toBe(true);
    expect(await leases().lead("r2", minute)).toBe(false);
    expect(await leases().lead("r1", 0)).toBe(true);
    expect(await leases().lead("r2", minute)).toBe(true);
    expect(await leases().lead("r1", minute)).toBe(false);
  });

  it("lists what awaits its design and what has waited too long, oldest first", async () => {
    const long = new Date(Date.now() - 3_700_000);
    const [a, b] = [
      await created(store(), { designRevision: null }),
      await created(store(), { designRevision: null }),
    ];
    const late = await created(store(), { createdAt: long });
    await created(store(), { createdAt: new Date() });
    await created(store(), { designRevision: null, desiredStatus: "STOPPED", createdAt: new Date() });
    await created(store(), { createdAt: long, run: { maxQueueTime: 4_000 } });
    await created(store(), { createdAt: long, status: "RUNNING" });
    await Promise.all(
      [a, b].map(({ id }) =>
        store().change(id, service, () => ({ patch: { run: { maxQueueTime: 1e9 } }, events: [] })),
      ),
    );
    expect((await leases().awaitingDesign(10)).map(({ id }) => id)).toEqual([a.id, b.id]);
    expect(await leases().awaitingDesign(1)).toHaveLength(1);
    expect((await leases().overdue(10)).map(({ id }) => id)).toEqual([late.id]);
    expect(await leases().overdue(0)).toEqual([]);
  });

  describe("admission", () => admissionContract(store, leases, get, stopAll));
}

function admissionContract(
  store: () => SimulationStore,
  leases: () => Leases,
  get: (id: string) => Promise<Simulation>,
  stopAll: () => Promise<void>,
): void {
  const unlimited = { total: 1_000, perProject: 1_000, perUser: 1_000, perEngine: 1_000 };
  const placement = (
    limits: Partial<Placement["limits"]> = {},
    capacity = 1_000,
    batch = 100,
  ): Placement => ({
    engines: [{ address: "e1", capacity }],
    limits: { ...unlimited, ...limits },
    batch,
  });
  const queued = (projectId: string, overrides: Overrides = {}) =>
    created(store(), { projectId, ...overrides });
  const admit = async (where: Placement) => {
    await leases().lead("me", minute);
    return leases().admit("me", where);
  };
  const projects = async (where: Placement) =>
    (await admit(where)).map(({ simulation }) => simulation.projectId);

  beforeEach(() => leases().join("me", minute));

  it("makes an admitted simulation STARTING, owned and placed, with its event", async () => {
    const before = await queued("a", {
      lastSeq: 0,
      simulatedTime: 0,
      waiting: { code: "CAPACITY", message: "All engines are busy." },
    });
    const [admitted] = await admit(placement());
    const simulation = {
      ...before,
      status: "STARTING",
      waiting: null,
      lastSeq: 2,
      version: before.version + 1,
      run: { ...before.run, owner: "me", fencingToken: 1, engine: "e1" },
    };
    expect(admitted).toEqual({
      simulation,
      events: [
        {
          simulationId: before.id,
          seq: 2,
          at: expect.any(Date),
          simulatedTime: 0,
          engineSeq: null,
          body: {
            type: "STATUS_CHANGED",
            status: "STARTING",
            previousStatus: "QUEUED",
            desiredStatus: "RUNNING",
            reason: null,
          },
        },
      ],
    });
    expect(await get(before.id)).toEqual(simulation);
    expect(await store().events(admin, before.id, { after: 1, limit: 9 })).toEqual(admitted?.events);
    expect(await store().snapshot(admin, before.id)).toMatchObject({ status: { seq: 2 } });
  });

  it("says in the log who drives one that had been sent back to the queue", async () => {
    const { id, lastSeq } = await queued("a", { run: { fencingToken: 3 } });
    const [admitted] = await admit(placement());
    expect(admitted?.simulation.run).toMatchObject({ owner: "me", fencingToken: 4 });
    expect(admitted?.events.map(({ seq, body }) => [seq, body.type])).toEqual([
      [lastSeq + 1, "STATUS_CHANGED"],
      [lastSeq + 2, "LOG_EMITTED"],
    ]);
    expect(admitted?.events[1]?.body).toMatchObject({
      code: "OWNER_CHANGED",
      message: "Replica me drives the simulation now (fencing token 4).",
    });
    expect(await store().events(admin, id, { after: lastSeq, limit: 9 })).toEqual(admitted?.events);
  });

  it("leaves what has no design yet, what is asked to stop, and what is not QUEUED", async () => {
    await queued("a", { designRevision: null });
    await queued("a", { desiredStatus: "STOPPED" });
    await queued("a", { status: "RUNNING" });
    const paused = await queued("a", { desiredStatus: "PAUSED" });
    expect((await admit(placement())).map(({ simulation }) => simulation.id)).toEqual([paused.id]);
  });

  it("admits nothing where the replica does not lead, or no engine can take a run", async () => {
    await queued("a");
    expect(await leases().admit("me", placement())).toEqual([]);
    await leases().lead("other", minute);
    expect(await leases().admit("me", placement())).toEqual([]);
    await leases().lead("other", 0);
    expect(await admit({ ...placement(), engines: [] })).toEqual([]);
    expect(await admit(placement({}, 0))).toEqual([]);
    expect(await admit(placement())).toHaveLength(1);
  });

  it("takes projects in turn, oldest first within each, those with fewest under way before others", async () => {
    for (const project of ["a", "a", "a", "a", "b", "b", "c"]) await queued(project);
    await queued("c", { status: "RUNNING" });
    expect(await projects(placement({}, 1_000, 4))).toEqual(["a", "b", "a", "b"]);
    expect(await projects(placement())).toEqual(["c", "a", "a"]);
  });

  it("delays a project by one round at most for another with many waiting", async () => {
    await Promise.all(Array.from({ length: 300 }, () => queued("many")));
    const late = await queued("few");
    expect(await store().queuePositions([late.id])).toEqual(new Map([[late.id, 2]]));
    expect(await projects(placement({}, 1_000, 3))).toEqual(["many", "few", "many"]);
  });

  it("tells the place of each in the order in which they are admitted", async () => {
    const all = [];
    for (const project of ["a", "a", "b", "a", "c", "b"]) all.push(await queued(project));
    await queued("b", { status: "RUNNING" });
    await queued("b", { desiredStatus: "STOPPED" });
    const places = await store().queuePositions(all.map(({ id }) => id));
    const told = all
      .toSorted((x, y) => (places.get(x.id) ?? 0) - (places.get(y.id) ?? 0))
      .map(({ id }) => id);
    expect([...places.values()].toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await admit(placement())).map(({ simulation }) => simulation.id)).toEqual(told);
    expect(await store().queuePositions(told)).toEqual(new Map());
  });

  it("keeps within the limits in all, per project, per user and per engine, counting what is under way", async () => {
    await queued("a", { status: "PAUSED", userId: "ada", run: { engine: "e1" } });
    for (const user of ["ada", "ada", "bob", "bob"]) await queued("a", { userId: user });
    await queued("b", { userId: "ada" });
    const admittedOf = async (limits: Partial<Placement["limits"]>, capacity?: number) =>
      (await admit(placement(limits, capacity))).map(
        ({ simulation }) => `${simulation.projectId}/${simulation.userId}`,
      );
    expect(await admittedOf({ total: 1 })).toEqual([]);
    expect(await admittedOf({ perEngine: 1 })).toEqual([]);
    expect(await admittedOf({}, 1)).toEqual([]);
    expect(await admittedOf({ perProject: 1, perUser: 1 })).toEqual([]);
    expect(await admittedOf({ perProject: 1 })).toEqual(["b/ada"]);
    expect(await admittedOf({ perUser: 2 })).toEqual(["a/bob", "a/bob"]);
    expect(await admittedOf({ total: 5 })).toEqual(["a/ada"]);
    expect(await admittedOf({ perProject: 5 })).toEqual(["a/ada"]);
    expect(await admittedOf({})).toEqual([]);
  });

  it("does not let a user at the limit stand in the way of those behind", async () => {
    for (let index = 0; index < 5; index++) await queued("a", { userId: "ada" });
    await queued("a", { userId: "bob" });
    const admitted = await admit(placement({ perUser: 2 }, 1_000, 3));
    expect(admitted.map(({ simulation }) => simulation.userId)).toEqual(["ada", "ada", "bob"]);
  });

  it("takes those that a look at everything that waits would take, whatever waits and runs", async () => {
    const name = fc.constantFrom("a", "b", "c");
    const one = fc.record({
      projectId: name,
      userId: name,
      runs: fc.constantFrom(false, false, false, true),
    });
    const bound = fc.integer({ min: 1, max: 6 });
    const limits = fc.record({ perProject: bound, perUser: bound });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 40 }), limits, fc.nat(12), async (all, most, batch) => {
        await stopAll();
        const made = await Promise.all(
          all.map(({ runs, ...whose }) =>
            queued(whose.projectId, { ...whose, status: runs ? "RUNNING" : "QUEUED" }),
          ),
        );
        const admitted = await admit(placement(most, 1_000, batch));
        expect(admitted.map(({ simulation }) => simulation.id)).toEqual(inTurnOf(made, most, batch));
      }),
      { numRuns: 40 },
    );
  });

  /** Each time of the project with the fewest under way the oldest, among equal projects the oldest of all. */
  function inTurnOf(
    all: readonly Simulation[],
    most: { perProject: number; perUser: number },
    batch: number,
  ) {
    const running = all.filter(({ status }) => status === "RUNNING");
    const waiting = all
      .filter(({ status }) => status === "QUEUED")
      .toSorted((x, y) => (x.id < y.id ? -1 : 1));
    const ofProject = (id: string) => running.filter(({ projectId }) => projectId === id).length;
    const ofUser = (id: string) => running.filter(({ userId }) => userId === id).length;
    const taken: string[] = [];
    while (taken.length < batch) {
      const [next] = waiting
        .filter(({ id }) => !taken.includes(id))
        .filter(({ projectId }) => ofProject(projectId) < most.perProject)
        .filter(({ userId }) => ofUser(userId) < most.perUser)
        .toSorted((x, y) => ofProject(x.projectId) - ofProject(y.projectId));
      if (next === undefined) break;
      taken.push(next.id);
      running.push(next);
    }
    return taken;
  }

  it("spreads over engines by the part of their room that is free, and over living replicas, fewest first", async () => {
    await leases().join("dead", 0);
    await leases().join("other", minute);
    await queued("a", { status: "RUNNING", run: { owner: "me", engine: "e1" } });
    for (let index = 0; index < 7; index++) await queued("a");
    const engines = [
      { address: "e1", capacity: 2 },
      { address: "e2", capacity: 10 },
    ];
    const runs = (await admit({ ...placement(), engines })).map(({ simulation }) => simulation.run);
    expect(runs.map(({ engine }) => engine)).toEqual(["e2", "e2", "e2", "e2", "e2", "e1", "e2"]);
    expect(runs.map(({ owner }) => owner)).toEqual(["other", "me", "other", "me", "other", "me", "other"]);
  });

  it("never admits one twice, nor beyond a limit, while many ask at once", async () => {
    await Promise.all(Array.from({ length: 30 }, () => queued("a")));
    await leases().lead("me", minute);
    const rounds = await Promise.all(
      Array.from({ length: 8 }, () => leases().admit("me", placement({ total: 20 }))),
    );
    const ids = rounds.flat().map(({ simulation }) => simulation.id);
    expect(new Set(ids).size).toBe(20);
    expect(ids).toHaveLength(20);
  });
}
