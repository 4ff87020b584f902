// A store in memory for tests of the feed: the log and the rows without a database, and with faults to order.
// What the feed never asks is not there.
import { ServiceError } from "../../src/core/errors.ts";
import type { EventBody, NewEvent, SimulationEvent } from "../../src/core/events.ts";
import { matchesFilter } from "../../src/core/filter.ts";
import type { Notice } from "../../src/core/ports/bus.ts";
import type { SimulationPatch, SimulationStore } from "../../src/core/ports/store.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { isTerminal } from "../../src/core/simulation.ts";
import { maySee, type Viewer } from "../../src/core/viewer.ts";

export interface MemoryStore extends SimulationStore {
  /** Adds a row as it is, with an empty log. */
  add(simulation: Simulation): Simulation;
  /** Commits events and a patch; answers the notice of it, told to nobody. */
  commit(id: string, bodies: readonly EventBody[], patch?: SimulationPatch): Notice;
  /** Retention: the metrics events before `seq` are gone. */
  dropMetricsBefore(id: string, seq: number): void;
  log(id: string): readonly SimulationEvent[];
  row(id: string): Simulation;
  /** Every read throws UNAVAILABLE. */
  down: boolean;
  /** Awaited by each read before it looks. */
  before: () => Promise<void>;
  /** Reads so far, by method. */
  readonly reads: Record<string, number>;
}

export function createMemoryStore(): MemoryStore {
  const rows = new Map<string, Simulation>();
  const logs = new Map<string, SimulationEvent[]>();

  async function read<T>(method: string, look: () => T): Promise<T> {
    store.reads[method] = (store.reads[method] ?? 0) + 1;
    await store.before();
    if (store.down) throw new ServiceError("UNAVAILABLE", "The database does not answer.");
    return look();
  }

  function seen(viewer: Viewer, id: string): Simulation | null {
    const row = rows.get(id);
    return row !== undefined && maySee(viewer, row) ? row : null;
  }

  function newest(id: string, type: EventBody["type"]): SimulationEvent | null {
    return logs.get(id)?.findLast((event) => event.body.type === type) ?? null;
  }

  function absent(): never {
    throw new Error("Not in the stand-in.");
  }

  const store: MemoryStore = {
    down: false,
    before: async () => {},
    reads: {},
    row(id) {
      const row = rows.get(id);
      if (row === undefined) throw new Error(`No row ${id}.`);
      return row;
    },
    log: (id) => logs.get(id) ?? [],
    add(simulation) {
      rows.set(simulation.id, simulation);
      logs.set(simulation.id, []);
      return simulation;
    },
    commit(id, bodies, patch = {}) {
      const row = store.row(id);
      if (isTerminal(row.status) && bodies.length > 0) throw new Error("Nothing follows the terminal event.");
      const events = bodies.map((body, index) => numbered(row, row.lastSeq + index + 1, body));
      logs.get(id)?.push(...events);
      const run = { ...row.run, ...patch.run };
      const simulation = {
        ...row,
        ...patch,
        run,
        lastSeq: row.lastSeq + events.length,
        version: row.version + 1,
      };
      rows.set(id, simulation);
      return { simulation, events };
    },
    dropMetricsBefore(id, seq) {
      const kept = store.log(id).filter((event) => event.seq >= seq || event.body.type !== "METRICS_SAMPLED");
      logs.set(id, kept);
    },
    get: (viewer, id) => read("get", () => seen(viewer, id)),
    getMany: (viewer, ids) => read("getMany", () => ids.map((id) => seen(viewer, id))),
    events: (viewer, id, { after, limit, types }) =>
      read("events", () => {
        if (seen(viewer, id) === null) return null;
        const wanted = store
          .log(id)
          .filter((event) => event.seq > after && (types?.includes(event.body.type) ?? true));
        return wanted.slice(0, limit);
      }),
    snapshot: (viewer, id) =>
      read("snapshot", () => {
        const simulation = seen(viewer, id);
        if (simulation === null) return null;
        return {
          simulation,
          status: newest(id, "STATUS_CHANGED"),
          metrics: newest(id, "METRICS_SAMPLED"),
        };
      }),
    list: (viewer, filter, { limit }) =>
      read("list", () => {
        const all = [...rows.values()]
          .filter((row) => maySee(viewer, row) && matchesFilter(filter, row))
          .sort((a, b) => (a.id < b.id ? 1 : -1));
        return { simulations: all.slice(0, limit), hasNext: all.length > limit, hasPrevious: false };
      }),
    create: absent,
    findByKey: absent,
    change: absent,
    count: absent,
    metrics: absent,
    documents: absent,
    input: absent,
    queuePositions: absent,
    dropMetrics: absent,
  };
  return store;
}

function numbered(row: Simulation, seq: number, body: EventBody): SimulationEvent {
  const unnumbered: NewEvent = { simulatedTime: seq, engineSeq: null, body };
  return { ...unnumbered, simulationId: row.id, seq, at: new Date(1_700_000_000_000 + seq) };
}
