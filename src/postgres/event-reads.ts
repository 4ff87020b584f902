// The log, and where it stands. Each is one statement, so that what it brings is of one moment.
import { sql } from "kysely";
import type { EventBody, EventType, SimulationEvent } from "../core/events.ts";
import type { EventQuery, Snapshot } from "../core/ports/store.ts";
import { isSample } from "../core/sample-text.ts";
import type { Viewer } from "../core/viewer.ts";
import { WrittenSample } from "../core/written-sample.ts";
import { type EventRow, eventOf, type SimulationRow, simulationOf } from "./rows.ts";
import type { Database } from "./schema.ts";
import { uuidOf } from "./uuid.ts";
import { visibleTo } from "./visibility.ts";

/** Ascending by seq; null where the simulation is missing or another's. */
export async function events(
  db: Database,
  viewer: Viewer,
  id: string,
  query: EventQuery,
): Promise<readonly SimulationEvent[] | null> {
  const uuid = uuidOf(id);
  if (uuid === null) return null;
  // An outer join: a simulation without such events is one row without an event.
  const { rows } = await sql<WrittenRow | { seq: null }>`
    select e.* from simulations left join lateral (
      select simulation_id, seq, at, type, simulated_time, engine_seq, body::text as body from events
      where simulation_id = simulations.id and seq > ${seqOf(query.after)} ${ofTypes(query.types)}
      order by seq limit ${query.limit}
    ) e on true
    where simulations.id = ${uuid}::uuid and ${visibleTo(viewer)}
    order by e.seq`.execute(db);
  if (rows.length === 0) return null;
  return rows.filter((row) => row.seq !== null).map((row) => eventOf({ ...row, body: bodyOf(row.body) }));
}

/** Its body as it was written. */
type WrittenRow = Omit<EventRow, "body"> & { readonly body: string };

function bodyOf(json: string): EventBody {
  return isSample(json) ? WrittenSample.ofJson(json) : JSON.parse(json);
}

interface NewestColumns {
  status_event: StoredEvent | null;
  metrics_event: StoredEvent | null;
}

/** An event as JSON: the columns that its pointer does not tell. */
interface StoredEvent {
  readonly seq: number;
  /** ms since 1970. */
  readonly at: number;
  readonly simulated_time: number;
  readonly engine_seq: number | null;
  readonly body: SimulationEvent["body"];
}

export async function snapshot(db: Database, viewer: Viewer, id: string): Promise<Snapshot | null> {
  const uuid = uuidOf(id);
  if (uuid === null) return null;
  const { rows } = await sql<SimulationRow & NewestColumns>`
    select simulations.*, ${newest("last_status_seq")} as status_event,
      ${newest("last_metrics_seq")} as metrics_event
    from simulations where simulations.id = ${uuid}::uuid and ${visibleTo(viewer)}`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  return {
    simulation: simulationOf(row),
    status: storedEvent(row.id, row.status_event),
    metrics: storedEvent(row.id, row.metrics_event),
  };
}

/** The event that the row points at. */
function newest(pointer: "last_status_seq" | "last_metrics_seq") {
  return sql`(
    select json_build_object('seq', e.seq, 'at', extract(epoch from e.at) * 1000,
      'simulated_time', e.simulated_time, 'engine_seq', e.engine_seq, 'body', e.body)
    from events e where e.simulation_id = simulations.id and e.seq = ${sql.ref(`simulations.${pointer}`)}
  )`;
}

function storedEvent(simulationId: string, event: StoredEvent | null): SimulationEvent | null {
  if (event === null) return null;
  return {
    simulationId,
    seq: event.seq,
    at: new Date(event.at),
    simulatedTime: event.simulated_time,
    engineSeq: event.engine_seq,
    body: event.body,
  };
}

/** Without metrics, the small index of everything else finds the few among the many. */
function ofTypes(types: readonly EventType[] | undefined) {
  if (types === undefined) return sql``;
  const few = types.includes("METRICS_SAMPLED") ? sql`` : sql`and type <> 'METRICS_SAMPLED'`;
  return sql`and type = any(${[...types]}::text[]) ${few}`;
}

/** `after` may be beyond what a seq can be. */
function seqOf(after: number): number {
  return Math.max(0, Math.min(Math.floor(after), 2 ** 31 - 1));
}
