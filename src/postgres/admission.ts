// From QUEUED to STARTING: one transaction, in which the scheduler's lease is held still, so that nobody else
// admits meanwhile; everything else only ever frees places. Limits are counted from the rows.
//
// It costs what is under way, what is admitted, and a look at each project that has something waiting, however
// much that is (test/postgres/queue-plans.test.ts).
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { NewEvent } from "../core/events.ts";
import type { Admitted, Placement } from "../core/ports/leases.ts";
import type { Simulation } from "../core/simulation.ts";
import { type Applied, apply } from "./apply.ts";
import { stamp } from "./event-records.ts";
import { ownerChanged } from "./owner-changed.ts";
import { active, admissible, undesigned } from "./queue-order.ts";
import { type SimulationRow, simulationOf, storedOf } from "./rows.ts";
import type { Database, Schema } from "./schema.ts";
import type { Stored } from "./stored.ts";
import { type Held, inTurn } from "./turns.ts";
import { write } from "./write.ts";

export async function admit(
  db: Database,
  replica: string,
  placement: Placement,
): Promise<readonly Admitted[]> {
  if (placement.engines.length === 0 || !(await isAnythingQueued(db))) return [];
  return db.transaction().execute(async (tx) => {
    if (!(await leads(tx, replica))) return [];
    const held = await underWay(tx);
    const places = await freePlaces(tx, held, placement);
    if (places.length === 0) return [];
    const ids = await inTurn(tx, held, placement.limits, places.length);
    if (ids.length === 0) return [];
    const admitted = (await locked(tx, ids)).flatMap((stored, index) => {
      const place = places[index];
      return place === undefined ? [] : [start(stored, place)];
    });
    if (admitted.length === 0) return [];
    const at = await write(tx, admitted);
    return admitted.map(({ stored, events }) => ({
      simulation: stored.simulation,
      events: events.map((event) => stamp(event, at)),
    }));
  });
}

/** Where one simulation can go. */
interface Place {
  readonly engine: string;
  readonly owner: string;
}

function start(stored: Stored, { engine, owner }: Place): Applied {
  const { simulation } = stored;
  const { status: previousStatus, desiredStatus, simulatedTime, run } = simulation;
  const fencingToken = run.fencingToken + 1;
  const starting: NewEvent = {
    simulatedTime,
    engineSeq: null,
    body: { type: "STATUS_CHANGED", status: "STARTING", previousStatus, desiredStatus, reason: null },
  };
  // One that had been sent back to the queue had an owner before; the row does not know any more which.
  const again = run.fencingToken > 0 ? [ownerChanged(simulatedTime, owner, fencingToken, null)] : [];
  return apply(stored, {
    patch: { status: "STARTING", waiting: null, run: { owner, engine, fencingToken } },
    events: [starting, ...again],
  });
}

async function leads(tx: Transaction<Schema>, replica: string): Promise<boolean> {
  const { rows } = await sql`
    select holder from scheduler_lease where holder = ${replica} and expires_at > clock_timestamp()
    for update`.execute(tx);
  return rows.length > 0;
}

interface Running extends Held {
  readonly engine: string | null;
  readonly owner: string | null;
}

async function underWay(tx: Transaction<Schema>): Promise<readonly Running[]> {
  const { rows } = await sql<Running>`
    select engine, owner, project_id, user_id, count(*) as runs from simulations where status in ${active}
    group by engine, owner, project_id, user_id`.execute(tx);
  return rows;
}

/** As many as can be used in this round: each time on the engine with the most of its room free, for the owner with the fewest. */
async function freePlaces(
  tx: Transaction<Schema>,
  rows: readonly Running[],
  { engines, limits, batch }: Placement,
): Promise<Place[]> {
  const living = await sql<{ id: string }>`
    select id from replicas where expires_at > clock_timestamp() order by id`.execute(tx);
  const count = (matches: (row: Running) => boolean) =>
    rows.filter(matches).reduce((sum, row) => sum + row.runs, 0);

  const free = Math.min(batch, limits.total - count(() => true));
  const owners = living.rows.map(({ id }) => ({
    name: id,
    runs: count((row) => row.owner === id),
    room: Number.POSITIVE_INFINITY,
  }));
  const rooms = engines.map(({ address, capacity }) => ({
    name: address,
    runs: count((row) => row.engine === address),
    room: Math.min(capacity, limits.perEngine),
  }));
  const places: Place[] = [];
  while (places.length < free) {
    const engine = take(rooms);
    const owner = take(owners);
    if (engine === null || owner === null) break;
    places.push({ engine, owner });
  }
  return places;
}

interface Carrier {
  readonly name: string;
  /** In all. */
  readonly room: number;
  runs: number;
}

/** Puts one more on the carrier that is the least full, among equals on the one with the fewest. */
function take(carriers: readonly Carrier[]): string | null {
  const [first, ...others] = carriers.filter(({ runs, room }) => runs < room);
  if (first === undefined) return null;
  const freest = others.reduce((best, carrier) => (isFreer(carrier, best) ? carrier : best), first);
  freest.runs += 1;
  return freest.name;
}

function isFreer(one: Carrier, other: Carrier): boolean {
  const [ofOne, ofOther] = [one.runs / one.room, other.runs / other.room];
  return ofOne < ofOther || (ofOne === ofOther && one.runs < other.runs);
}

/** In that order; without those that somebody holds just now, or that wait no more. */
async function locked(tx: Transaction<Schema>, ids: readonly string[]): Promise<readonly Stored[]> {
  const { rows } = await sql<SimulationRow>`
    select s.* from simulations s where s.id = any(${[...ids]}::uuid[]) and ${admissible}
    for update of s skip locked`.execute(tx);
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => found.get(id) ?? []).map(storedOf);
}

async function isAnythingQueued(db: Database): Promise<boolean> {
  const { rows } = await sql`select s.id from simulations s where ${admissible} limit 1`.execute(db);
  return rows.length > 0;
}

/** QUEUED, and nobody has fetched the design yet; oldest first, those after that id. */
export async function awaitingDesign(
  db: Database,
  limit: number,
  after?: string,
): Promise<readonly Simulation[]> {
  return simulationsOf(db, withoutDesign(limit, after));
}

export function withoutDesign(limit: number, after?: string): RawBuilder<SimulationRow> {
  const later = after === undefined ? sql`true` : sql`s.id > ${after}::uuid`;
  return sql<SimulationRow>`
    select s.* from simulations s where ${undesigned} and ${later} order by s.id limit ${limit}`;
}

/** QUEUED for longer than the simulation allows; those that are it for the longest first. */
export async function overdue(db: Database, limit: number): Promise<readonly Simulation[]> {
  return simulationsOf(db, beyondItsTime(limit));
}

/** By the moment of the statement's beginning, which an index can be asked for. */
export function beyondItsTime(limit: number): RawBuilder<SimulationRow> {
  const until = sql`(date_part('epoch', created_at - to_timestamp(0)) + max_queue_time)`;
  return sql<SimulationRow>`
    select * from simulations
    where status = 'QUEUED' and ${until} < date_part('epoch', now() - to_timestamp(0))
    order by ${until} limit ${limit}`;
}

async function simulationsOf(db: Database, query: RawBuilder<SimulationRow>): Promise<readonly Simulation[]> {
  const { rows } = await query.execute(db);
  return rows.map(simulationOf);
}
