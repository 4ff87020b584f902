// From QUEUED to STARTING: one transaction, in which the scheduler's lease is held still, so that nobody else
// admits meanwhile; everything else only ever frees places. Limits are counted from the rows.
import { sql, type Transaction } from "kysely";
import type { NewEvent } from "../core/events.ts";
import type { Admitted, Placement } from "../core/ports/leases.ts";
import type { Simulation } from "../core/simulation.ts";
import { type Applied, apply } from "./apply.ts";
import { stamp } from "./event-records.ts";
import { ownerChanged } from "./owner-changed.ts";
import { active, turn } from "./queue-order.ts";
import { type SimulationRow, storedOf } from "./rows.ts";
import type { Database, Schema } from "./schema.ts";
import type { Stored } from "./stored.ts";
import { write } from "./write.ts";

export async function admit(
  db: Database,
  replica: string,
  placement: Placement,
): Promise<readonly Admitted[]> {
  if (placement.engines.length === 0 || !(await isAnythingQueued(db))) return [];
  return db.transaction().execute(async (tx) => {
    if (!(await leads(tx, replica))) return [];
    const places = await freePlaces(tx, placement);
    if (places.length === 0) return [];
    const admitted = (await next(tx, placement, places.length)).flatMap((stored, index) => {
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

/** As many as can be used in this round: each time on the engine with the most of its room free, for the owner with the fewest. */
async function freePlaces(tx: Transaction<Schema>, { engines, limits, batch }: Placement): Promise<Place[]> {
  const { rows } = await sql<{ engine: string | null; owner: string | null; runs: number }>`
    select engine, owner, count(*) as runs from simulations where status in ${active}
    group by engine, owner`.execute(tx);
  const living = await sql<{ id: string }>`
    select id from replicas where expires_at > clock_timestamp() order by id`.execute(tx);
  const count = (matches: (row: (typeof rows)[number]) => boolean) =>
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

/**
 * The first in the order of the queue that no limit holds back, locked. A user's or a project's rank cuts off
 * what is beyond its limit before the turns are counted, so that one who is at the limit does not stand in the
 * way of those behind.
 */
async function next(
  tx: Transaction<Schema>,
  { limits }: Placement,
  count: number,
): Promise<readonly Stored[]> {
  const { rows } = await sql<SimulationRow>`
    with held as (
      select project_id, user_id, count(*) as runs from simulations where status in ${active}
      group by project_id, user_id
    ),
    by_project as (select project_id, sum(runs)::int as runs from held group by project_id),
    by_user as (select user_id, sum(runs)::int as runs from held group by user_id),
    queued as (
      select s.id, s.project_id, coalesce(p.runs, 0) as under_way, coalesce(u.runs, 0) as of_user,
        row_number() over (partition by s.user_id order by s.id) as user_rank
      from simulations s
        left join by_project p on p.project_id = s.project_id
        left join by_user u on u.user_id = s.user_id
      where ${admissible} and coalesce(p.runs, 0) < ${limits.perProject}
    ),
    turns as (
      select id, ${turn} as turn from queued where of_user + user_rank <= ${limits.perUser}
    ),
    taken as (select id, turn from turns where turn <= ${limits.perProject} order by turn, id limit ${count})
    select s.* from simulations s join taken on taken.id = s.id
    where ${admissible}
    order by taken.turn, s.id
    for update of s skip locked`.execute(tx);
  return rows.map(storedOf);
}

const admissible = sql`s.status = 'QUEUED' and s.design_revision is not null and s.desired_status <> 'STOPPED'`;

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
  const later = after === undefined ? sql`true` : sql`id > ${after}::uuid`;
  return queued(
    db,
    limit,
    sql<boolean>`design_revision is null and desired_status <> 'STOPPED' and ${later}`,
  );
}

/** QUEUED for longer than the simulation allows; oldest first. */
export async function overdue(db: Database, limit: number): Promise<readonly Simulation[]> {
  return queued(db, limit, sql<boolean>`created_at + max_queue_time * interval '1 s' < clock_timestamp()`);
}

async function queued(db: Database, limit: number, condition: ReturnType<typeof sql<boolean>>) {
  const rows = await db
    .selectFrom("simulations")
    .selectAll()
    .where("status", "=", "QUEUED")
    .where(condition)
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => storedOf(row).simulation);
}
