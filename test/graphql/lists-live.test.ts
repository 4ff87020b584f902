// Goal: the live list converges on what a fresh query brings, whatever happens to notices, readers and the bus.
//
// Method: random simulations of two projects and two users change at random; each notice is told, lost, or told late;
// the bus is down for a while; watchers with random filters and rights are cut and come again. Then what was lost is
// told of as a gap, as the bus promises, and each watcher's picture must become the answer of a query.
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Bus, BusListener, Notice } from "../../src/core/ports/bus.ts";
import type { SimulationFilter, SimulationPatch } from "../../src/core/ports/store.ts";
import { isTerminal, type Simulation, simulationStatuses } from "../../src/core/simulation.ts";
import type { Viewer } from "../../src/core/viewer.ts";
import type { ListUpdate } from "../../src/feed/feed.ts";
import { createFeed } from "../../src/feed/hub.ts";
import { createMemoryBus } from "../../src/memory/bus.ts";
import type { OpenDatabase } from "../../src/postgres/open.ts";
import { Consumer, smallLimits } from "../feed/world.ts";
import { admin, draft, nextProject, viewer } from "../postgres/drafts.ts";
import { embeddedDatabase, type TestDatabase } from "../support/postgres.ts";
import { changedTo, quietLog } from "../support/simulations.ts";

let home: TestDatabase;
let database: OpenDatabase;

beforeAll(async () => {
  home = await embeddedDatabase();
  database = await home.open();
});

afterAll(async () => {
  await database.close();
  await home.drop();
});

type Step =
  | { readonly do: "create"; readonly place: number; readonly tell: Tell }
  | { readonly do: "change"; readonly which: number; readonly to: number; readonly tell: Tell }
  | { readonly do: "tell" }
  | { readonly do: "watch"; readonly filter: Wish; readonly who: number }
  | { readonly do: "cut"; readonly which: number }
  | { readonly do: "bus"; readonly up: boolean };

type Tell = "now" | "late" | "never";
type Wish = Omit<SimulationFilter, "projectId"> & { readonly project?: number };

const tell = fc.constantFrom<Tell>("now", "now", "late", "never");
const wish: fc.Arbitrary<Wish> = fc.record(
  {
    project: fc.nat(1),
    userId: fc.constantFrom("ada", "bob"),
    designId: fc.constantFrom("d0", "d1"),
    statuses: fc.subarray([...simulationStatuses]),
    desiredStatuses: fc.subarray(["RUNNING", "PAUSED", "STOPPED"] as const),
    labels: fc.constantFrom({}, { team: "a" }),
  },
  { requiredKeys: [] },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("create"), place: fc.nat(15), tell }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("change"), which: fc.nat(30), to: fc.nat(6), tell }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("tell") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("watch"), filter: wish, who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cut"), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bus"), up: fc.boolean() }) },
);

interface Watcher {
  readonly who: Viewer;
  readonly filter: SimulationFilter;
  readonly list: Consumer<ListUpdate>;
}

it("becomes what a query brings, after anything", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const { store } = database;
      const bus = unsafeBus();
      const feed = createFeed({ store, bus, log: quietLog(), limits: { ...smallLimits, quietCheckMs: 20 } });
      const projects = [nextProject(), nextProject()] as const;
      const viewers = [admin, viewer("ada"), viewer("bob", projects[0])];
      const ids: string[] = [];
      const late: Notice[] = [];
      const watchers: Watcher[] = [];
      let lost = false;

      function told(how: Tell, notice: Notice): void {
        if (how === "now") bus.publish(notice);
        else if (how === "late") late.push(notice);
        else lost = true;
      }
      async function watch(who: Viewer, filter: SimulationFilter): Promise<void> {
        watchers.push({ who, filter, list: new Consumer(await feed.updates(who, filter)) });
      }
      const steering: { [K in Step["do"]]: (it: Extract<Step, { do: K }>) => Promise<void> } = {
        async create({ place, tell }) {
          const made = await store.create(
            draft({
              projectId: projects[place % 2] ?? "",
              userId: place & 2 ? "ada" : "bob",
              designId: place & 4 ? "d0" : "d1",
              labels: place & 8 ? { team: "a" } : {},
            }),
          );
          if (made.kind !== "created") throw new Error("It was there already.");
          ids.push(made.simulation.id);
          told(tell, made);
        },
        async change({ which, to, tell }) {
          const id = ids[which % Math.max(1, ids.length)];
          if (id === undefined) return;
          const status = simulationStatuses[to] ?? "QUEUED";
          const desiredStatus = to % 2 === 0 ? "RUNNING" : "PAUSED";
          const result = await store.change(id, { by: "service" }, (before) => {
            if (isTerminal(before.status)) return "unchanged";
            const patch: SimulationPatch = { status, desiredStatus };
            return {
              patch,
              events: [{ simulatedTime: 0, engineSeq: null, body: changedTo(status, before.status) }],
            };
          });
          if (result.kind === "changed") told(tell, result);
        },
        async tell() {
          for (const notice of late.splice(0).reverse()) bus.publish(notice);
        },
        watch: ({ filter: { project, ...filter }, who }) =>
          watch(viewers[who] ?? admin, {
            ...filter,
            ...(project === undefined ? {} : { projectId: projects[project] ?? "" }),
          }),
        async cut({ which }) {
          const [cut] = watchers.splice(which % Math.max(1, watchers.length), 1);
          if (cut === undefined) return;
          await cut.list.stop();
          await watch(cut.who, cut.filter);
        },
        async bus({ up }) {
          bus.up = up;
        },
      };
      // The kind of the step names its own function, which TypeScript cannot follow.
      for (const it of steps) await (steering[it.do] as (it: Step) => Promise<void>)(it);

      bus.up = true;
      await steering.tell({ do: "tell" });
      if (lost) bus.gap();
      for (const { who, filter, list } of watchers) {
        const fresh = async () =>
          (await store.list(who, filter, { limit: smallLimits.listPageMax, fromEnd: false })).simulations;
        const wanted = (await fresh()).map(versioned).sort();
        await until(
          () =>
            JSON.stringify([...picture(list.items).values()].map(versioned).sort()) ===
            JSON.stringify(wanted),
        );
        await list.stop();
      }
      await feed.close();
      expect(feed.stats().listReaders).toBe(0);
    }),
    { numRuns: 30 },
  );
});

const versioned = ({ id, version }: Simulation): string => `${id} ${version}`;

/** What a client shows, that does exactly what it is told. Throws where that makes no sense. */
function picture(updates: readonly ListUpdate[]): ReadonlyMap<string, Simulation> {
  const shown = new Map<string, Simulation>();
  if (updates.length > 0 && updates[0]?.kind !== "RESET") throw new Error("It begins without RESET.");
  for (const update of updates) {
    if (update.kind === "RESET") {
      shown.clear();
      continue;
    }
    const { kind, simulation } = update;
    const before = shown.get(simulation.id);
    if ((kind === "ENTERED") !== (before === undefined)) throw new Error(`${kind} of what was not so.`);
    if (before !== undefined && simulation.version <= before.version) throw new Error("It went back.");
    if (kind === "LEFT") shown.delete(simulation.id);
    else shown.set(simulation.id, simulation);
  }
  return shown;
}

interface UnsafeBus extends Bus {
  up: boolean;
  gap(): void;
}

/** A bus that is down when it is told to be: then it loses what is published, and says so when it is back. */
function unsafeBus(): UnsafeBus {
  const bus = createMemoryBus({ log: quietLog() });
  const listeners = new Set<BusListener>();
  let up = true;
  const gap = () => {
    for (const listener of [...listeners]) listener.gap();
  };
  return {
    get up() {
      return up;
    },
    set up(is) {
      const isBack = is && !up;
      up = is;
      if (isBack) gap();
    },
    gap,
    publish: (notice) => {
      if (up) bus.publish(notice);
    },
    subscribe: (id, listener) => bus.subscribe(id, listener),
    async subscribeAll(listener) {
      const unsubscribe = await bus.subscribeAll(listener);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        unsubscribe();
      };
    },
    health: () => (up ? bus.health() : { up: false, reason: "Made so." }),
    close: () => bus.close(),
  };
}

/** Waits for a condition that the real clock and database bring about. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
