// What the store promises of its reads, run against each database.
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { PageRequest, SimulationStore } from "../../src/core/ports/store.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { WrittenSample } from "../../src/core/written-sample.ts";
import { service } from "./change-contract.ts";
import {
  admin,
  created,
  draft,
  log,
  nextId,
  nextProject,
  restart,
  sample,
  statusEvent,
  viewer,
} from "./drafts.ts";

export function readContract(store: () => SimulationStore): void {
  const several = (count: number, projectId: string) =>
    Promise.all(Array.from({ length: count }, () => created(store(), { projectId })));
  const append = (id: string, ...events: ReturnType<typeof log>[]) =>
    store().change(id, service, () => ({ patch: {}, events }));

  it("shows a viewer their own and their projects', and to an admin all", async () => {
    const projectId = nextProject();
    const { id } = await created(store(), { projectId, userId: "ada" });
    const sees = async (who: ReturnType<typeof viewer>) => [
      (await store().get(who, id)) !== null,
      (await store().getMany(who, [id]))[0] !== null,
      (await store().list(who, { ids: [id] }, { limit: 1, fromEnd: false })).simulations.length === 1,
      (await store().count(who, { ids: [id] })) === 1,
      (await store().events(who, id, { after: 0, limit: 1 })) !== null,
      (await store().snapshot(who, id)) !== null,
      (await store().metrics(who, id, { from: 0, to: 1, maxPoints: 1 })) !== null,
      (await store().documents(who, id)) !== null,
      (await store().input(who, id)) !== null,
    ];
    const all = Array(9).fill(true);
    const none = Array(9).fill(false);
    expect(await sees(viewer("ada"))).toEqual(all);
    expect(await sees(viewer("bob", "x", projectId))).toEqual(all);
    expect(await sees(admin)).toEqual(all);
    expect(await sees(viewer("bob", "x"))).toEqual(none);
    expect(await sees(viewer("bob"))).toEqual(none);
  });

  it("reads what is no id, and an id of nothing, as missing", async () => {
    for (const id of ["", "nothing", "' or true --", `${nextId()}0`, nextId()]) {
      expect(await store().get(admin, id)).toBeNull();
      expect(await store().events(admin, id, { after: 0, limit: 1 })).toBeNull();
      expect(await store().snapshot(admin, id)).toBeNull();
      expect(await store().metrics(admin, id, { from: 0, to: 1, maxPoints: 1 })).toBeNull();
      expect(await store().documents(admin, id)).toBeNull();
      expect(await store().input(admin, id)).toBeNull();
      expect(await store().queuePositions([id])).toEqual(new Map());
    }
  });

  it("gives many in the order of the ids, null for a missing one", async () => {
    const [a, b] = await several(2, nextProject());
    if (a === undefined || b === undefined) throw new Error("Too few.");
    expect(await store().getMany(admin, [b.id, "none", a.id, nextId(), b.id.toUpperCase()])).toEqual([
      b,
      null,
      a,
      null,
      b,
    ]);
  });

  it("gives the input and documents of the start", async () => {
    const made = draft({ labels: { team: "a" } });
    const report = { requests: 1, bottleneck: null } as never;
    await store().create({ ...made, documents: { design: { name: "d" }, report } });
    expect(await store().input(admin, made.simulation.id)).toEqual(made.input);
    expect(await store().documents(admin, made.simulation.id)).toEqual({ design: { name: "d" }, report });
  });

  it("filters by each field, and by all labels", async () => {
    const projectId = nextProject();
    const old = await created(store(), {
      projectId,
      labels: { team: "a", tier: "1", "odd key": "it's" },
      createdAt: new Date(1_000),
      designId: "d1",
      userId: "ada",
    });
    const young = await created(store(), {
      projectId,
      labels: { team: "a" },
      createdAt: new Date(2_000),
      status: "RUNNING",
      desiredStatus: "PAUSED",
    });
    const find = async (filter: Parameters<SimulationStore["list"]>[1]) => {
      const page = await store().list(admin, { projectId, ...filter }, { limit: 10, fromEnd: false });
      expect(await store().count(admin, { projectId, ...filter })).toBe(page.simulations.length);
      return page.simulations.map(({ id }) => (id === old.id ? "old" : id === young.id ? "young" : id));
    };
    expect(await find({})).toEqual(["young", "old"]);
    expect(await find({ ids: [old.id, "none"] })).toEqual(["old"]);
    expect(await find({ ids: [] })).toEqual([]);
    expect(await find({ statuses: ["RUNNING", "PAUSED"] })).toEqual(["young"]);
    expect(await find({ statuses: [] })).toEqual([]);
    expect(await find({ desiredStatuses: ["RUNNING"] })).toEqual(["old"]);
    expect(await find({ designId: "d1" })).toEqual(["old"]);
    expect(await find({ userId: "ada" })).toEqual(["old"]);
    expect(await find({ labels: { team: "a" } })).toEqual(["young", "old"]);
    expect(await find({ labels: { team: "a", "odd key": "it's" } })).toEqual(["old"]);
    expect(await find({ labels: {} })).toEqual(["young", "old"]);
    expect(await find({ createdAfter: new Date(2_000) })).toEqual(["young"]);
    expect(await find({ createdBefore: new Date(2_000) })).toEqual(["old"]);
  });

  it("pages from either end, between any cursors, like slices of the whole list", async () => {
    const projectId = nextProject();
    const newestFirst = (await several(9, projectId)).sort((a, b) => (a.id < b.id ? 1 : -1));
    const index = fc.option(fc.nat(8), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        index,
        index,
        fc.boolean(),
        async (limit, after, before, fromEnd) => {
          const page = requestOf(newestFirst, limit, after, before, fromEnd);
          const found = await store().list(admin, { projectId }, page);
          expect(found).toEqual(sliceOf(newestFirst, limit, after, before, fromEnd));
        },
      ),
      { numRuns: 80 },
    );
  });

  it("pages past what comes meanwhile: each that was there exactly once, forwards and backwards", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.array(fc.nat(2), { maxLength: 8 }),
        fc.constantFrom("ada", "bob"),
        async (limit, fromEnd, coming, own) => {
          const projectId = nextProject();
          const make = (n: number) => created(store(), { projectId, userId: n % 2 === 0 ? "ada" : "bob" });
          const there: string[] = [];
          for (let n = 0; n < 7; n += 1) there.unshift((await make(n)).id);
          // A project of theirs, and so each of their own comes by two ways.
          const who = viewer(own, projectId);
          const seen: string[] = [];
          let cursor: string | undefined;
          for (let more = true; more; ) {
            const bound = cursor === undefined ? {} : fromEnd ? { before: cursor } : { after: cursor };
            const page = await store().list(who, { projectId }, { limit, fromEnd, ...bound });
            const ids = page.simulations.map(({ id }) => id);
            if (fromEnd) seen.unshift(...ids);
            else seen.push(...ids);
            cursor = (fromEnd ? ids.at(0) : ids.at(-1)) ?? cursor;
            more = fromEnd ? page.hasPrevious : page.hasNext;
            for (let n = coming.pop() ?? 0; n > 0; n -= 1) await make(n);
          }
          expect(seen.filter((id) => there.includes(id))).toEqual(there);
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("does not take for a cursor what is none", async () => {
    for (const path of ["after", "before"] as const) {
      const page = { limit: 1, fromEnd: false, [path]: "garbage" };
      const refused = { code: "BAD_INPUT", details: { path } };
      await expect(store().list(admin, {}, page)).rejects.toMatchObject(refused);
    }
  });

  it("counts no further than asked, and what a viewer sees by two ways once", async () => {
    const [mine, other] = [nextProject(), nextProject()];
    const userId = `user of ${mine}`;
    await Promise.all([
      created(store(), { projectId: mine, userId }),
      created(store(), { projectId: mine, userId, status: "RUNNING" }),
      created(store(), { projectId: mine }),
      created(store(), { projectId: other, userId }),
      created(store(), { projectId: other }),
    ]);
    const counted = (most?: number) => store().count(viewer(userId, mine), {}, most);
    expect(await counted()).toBe(4);
    expect(await counted(4)).toBe(4);
    expect(await counted(3)).toBe(3);
    expect(await counted(1)).toBe(1);
    expect(await store().count(viewer(userId), { labels: {} }, 2)).toBe(2);
    expect(await store().count(viewer(userId, mine), { projectId: other })).toBe(1);
    expect(await store().count(viewer(userId, mine), { userId: "user", projectId: other })).toBe(0);
  });

  it("gives the events after a position, of some types, up to a limit", async () => {
    const { id } = await created(store());
    await append(id, log("2"), sample(1, 1), log("4"), sample(2, 2), restart(1));
    const seqs = async (
      after: number,
      limit: number,
      ...types: ("LOG_EMITTED" | "METRICS_SAMPLED" | "FAULT_CHANGED")[]
    ) =>
      (await store().events(admin, id, { after, limit, ...(types.length > 0 ? { types } : {}) }))?.map(
        ({ seq }) => seq,
      );
    expect(await seqs(0, 10)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await seqs(2, 3)).toEqual([3, 4, 5]);
    expect(await seqs(0, 10, "LOG_EMITTED")).toEqual([2, 4]);
    expect(await seqs(2, 10, "LOG_EMITTED", "METRICS_SAMPLED")).toEqual([3, 4, 5]);
    expect(await seqs(0, 1, "METRICS_SAMPLED")).toEqual([3]);
    expect(await seqs(0, 10, "FAULT_CHANGED")).toEqual([]);
    expect(await seqs(6, 10)).toEqual([]);
    expect(await seqs(1e12, 10)).toEqual([]);
  });

  it("leaves samples as they were written", async () => {
    const { id } = await created(store());
    const written = sample(1, 0.25, { components: [] });
    await append(id, written);
    const [event] = (await store().events(admin, id, { after: 1, limit: 1 })) ?? [];
    expect(event?.body).toEqual(written.body);
    expect(event?.body instanceof WrittenSample && event.body.bytes).toBe(JSON.stringify(written.body));
  });

  it("snapshots the simulation with its newest status and metrics", async () => {
    const before = await created(store());
    expect(await store().snapshot(admin, before.id)).toMatchObject({ status: { seq: 1 }, metrics: null });
    await append(before.id, sample(1, 1), statusEvent(before), sample(2, 2), log("last"));
    const log5 = await store().events(admin, before.id, { after: 0, limit: 10 });
    expect(await store().snapshot(admin, before.id)).toEqual({
      simulation: { ...before, lastSeq: 5, version: before.version + 1 },
      status: log5?.[2],
      metrics: log5?.[3],
    });
  });

  it("snapshots one moment, while the simulation changes", async () => {
    const { id } = await created(store());
    let done = false;
    const changes = Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        store().change(id, service, () => ({
          patch: { simulatedTime: index },
          events: [sample(index, index)],
        })),
      ),
    ).finally(() => {
      done = true;
    });
    while (!done) {
      // The embedded database answers without leaving the turn of the event loop; commits need the next one.
      await setImmediate();
      const seen = await store().snapshot(admin, id);
      expect(seen?.metrics?.seq ?? 1).toBe(seen?.simulation.lastSeq);
      expect(seen?.metrics?.simulatedTime ?? 0).toBe(seen?.simulation.simulatedTime);
    }
    await changes;
  });

  it("gives each sample as a point where there are no more than were asked for", async () => {
    const { id } = await created(store());
    await append(id, sample(1, 5, { inFlight: 2 }), log("between"), sample(2, 7), sample(3, 9));
    const points = await store().metrics(admin, id, { from: 0, to: 2, maxPoints: 10 });
    expect(points?.map(({ from, to, samples }) => [from, to, samples])).toEqual([
      [0, 1, 1],
      [1, 2, 1],
    ]);
    expect(points?.[0]?.measures).toEqual({
      throughput: flat(5),
      errorRate: flat(5),
      latencyP50: flat(5),
      latencyP95: flat(5),
      latencyP99: flat(5),
      inFlight: flat(2),
    });
    expect(await store().metrics(admin, id, { from: 10, to: 20, maxPoints: 10 })).toEqual([]);
  });

  it("merges samples by simulated time into least, mean and greatest", async () => {
    const { id } = await created(store());
    await append(id, ...Array.from({ length: 100 }, (_, index) => sample(index + 1, index)));
    const points = (await store().metrics(admin, id, { from: 0, to: 1_000, maxPoints: 4 })) ?? [];
    expect(points.map(({ samples }) => samples)).toEqual([25, 25, 25, 25]);
    expect(points.map(({ from, to }) => [from, to])).toEqual([
      [0, 25],
      [25, 50],
      [50, 75],
      [75, 100],
    ]);
    expect(points.map(({ measures }) => measures.throughput)).toEqual([
      { min: 0, mean: 12, max: 24 },
      { min: 25, mean: 37, max: 49 },
      { min: 50, mean: 62, max: 74 },
      { min: 75, mean: 87, max: 99 },
    ]);
  });

  it("merges what components measured, of those that are asked for, in that order", async () => {
    const { id } = await created(store());
    const component = (componentId: string, value: number) => ({
      ...componentSample,
      componentId,
      throughput: value,
      queueLength: value * 2,
      latencyP95: value / 2,
    });
    await append(
      id,
      sample(1, 0, { components: [component("a", 1), component("b", 10)] }),
      // The order is the engine's, and may change; a component may come later.
      sample(2, 0, { components: [component("b", 30), component("a", 3)] }),
      sample(3, 0, { components: [component("c", 7), component("a", 5)] }),
      sample(4, 0, { components: [] }),
    );
    const read = (maxPoints: number, componentIds?: string[]) =>
      store().metrics(admin, id, { from: 0, to: 9, maxPoints, ...(componentIds ? { componentIds } : {}) });
    const [point] = (await read(1, ["b", "none", "a", "b"])) ?? [];
    expect(point).toMatchObject({ samples: 4, measures: { throughput: flat(0) } });
    expect(point?.components).toEqual([
      {
        componentId: "b",
        measures: {
          throughput: { min: 10, mean: 20, max: 30 },
          errorRate: flat(0.25),
          utilization: flat(0.5),
          queueLength: { min: 20, mean: 40, max: 60 },
          latencyP95: { min: 5, mean: 10, max: 15 },
        },
      },
      expect.objectContaining({
        componentId: "a",
        measures: expect.objectContaining({ throughput: { min: 1, mean: 3, max: 5 } }),
      }),
    ]);
    const each = await read(9, ["c"]);
    expect(each?.map(({ components }) => components.map(({ measures }) => measures.throughput))).toEqual([
      [],
      [],
      [flat(7)],
      [],
    ]);
    expect((await read(9))?.every(({ components }) => components.length === 0)).toBe(true);
  });

  it("loses no peak, of the whole or of a component", async () => {
    const { id } = await created(store());
    const seconds = 3_600;
    await append(
      id,
      ...Array.from({ length: seconds }, (_, at) => {
        const value = at === 1_234 ? 99 : at === 2_345 ? -99 : 1;
        return sample(at, value, {
          components: [{ ...componentSample, componentId: "a", utilization: value }],
        });
      }),
    );
    const query = { from: 0, to: seconds, maxPoints: 7, componentIds: ["a"] };
    const points = (await store().metrics(admin, id, query)) ?? [];
    const whole = points.map(({ measures }) => measures.latencyP99);
    const ofA = points.map(({ components }) => components[0]?.measures.utilization);
    expect(points).toHaveLength(7);
    expect(ofA).toEqual(whole);
    expect(Math.max(...whole.map(({ max }) => max))).toBe(99);
    expect(Math.min(...whole.map(({ min }) => min))).toBe(-99);
    expect(
      points.reduce((sum, { samples, measures }) => sum + samples * measures.inFlight.mean, 0),
    ).toBeCloseTo(seconds - 2);
  });

  it("never gives more points than were asked for, and loses no sample", async () => {
    const { id } = await created(store());
    const times = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 });
    let last = 0;
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 50 }), async (at, maxPoints) => {
        // A restart hides the samples of the round before.
        await append(id, restart(++last), ...at.map((time) => sample(time, 1)));
        const points = (await store().metrics(admin, id, { from: 0, to: 100, maxPoints })) ?? [];
        expect(points.length).toBeLessThanOrEqual(maxPoints);
        expect(points.reduce((sum, { samples }) => sum + samples, 0)).toBe(at.length);
      }),
      { numRuns: 40 },
    );
  });

  it("takes means of the greatest and the least numbers", async () => {
    const { id } = await created(store());
    const extremes = [Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE, 0];
    await append(id, ...extremes.map((value, index) => sample(index, value)));
    expect(await store().metrics(admin, id, { from: 0, to: 9, maxPoints: 2 })).toHaveLength(2);
  });

  it("leaves out of the history what was sampled before the run began again", async () => {
    const { id } = await created(store());
    await append(id, sample(1, 1), restart(1, true), sample(2, 2));
    const values = async () =>
      (await store().metrics(admin, id, { from: 0, to: 9, maxPoints: 9 }))?.map(
        ({ measures }) => measures.inFlight.mean,
      );
    expect(await values()).toEqual([1, 2]);
    await append(id, restart(2), sample(1, 3));
    expect(await values()).toEqual([3]);
  });

  it("refuses a text that cannot be stored as bad input", async () => {
    await expect(
      store().list(admin, { designId: "a\0b" }, { limit: 1, fromEnd: false }),
    ).rejects.toMatchObject({
      code: "BAD_INPUT",
    });
  });
}

const componentSample = {
  arrivals: 1,
  throughput: 1,
  errorRate: 0.25,
  rejected: 0,
  utilization: 0.5,
  queueLength: 0,
  queueMax: 3,
  replicas: 2,
  latencyMean: 0.01,
  latencyP50: 0.01,
  latencyP95: 0.02,
  latencyP99: 0.03,
  hitRatio: null,
};

const flat = (value: number) => ({ min: value, mean: value, max: value });

function requestOf(
  newestFirst: readonly Simulation[],
  limit: number,
  after: number | undefined,
  before: number | undefined,
  fromEnd: boolean,
): PageRequest {
  const cursor = (index: number | undefined) => newestFirst[index ?? -1]?.id;
  const [afterId, beforeId] = [cursor(after), cursor(before)];
  return {
    limit,
    fromEnd,
    ...(afterId === undefined ? {} : { after: afterId }),
    ...(beforeId === undefined ? {} : { before: beforeId }),
  };
}

/** The page as the whole list shows it: hasNext and hasPrevious tell of the whole list, where a page has a place in it. */
function sliceOf(
  newestFirst: readonly Simulation[],
  limit: number,
  after: number | undefined,
  before: number | undefined,
  fromEnd: boolean,
) {
  const start = after === undefined ? 0 : after + 1;
  const end = Math.max(start, before ?? newestFirst.length);
  const first = fromEnd ? Math.max(start, end - limit) : start;
  const last = fromEnd ? end : Math.min(end, start + limit);
  if (before !== undefined && before < start) {
    // Nothing lies between the cursors; beyond each of them lies at least the cursor itself.
    return { simulations: [], hasNext: true, hasPrevious: after !== undefined };
  }
  return {
    simulations: newestFirst.slice(first, last),
    hasNext: last < newestFirst.length,
    hasPrevious: first > 0,
  };
}
