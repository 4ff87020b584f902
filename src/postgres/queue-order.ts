// The order in which the scheduler takes what is QUEUED: projects in turn, oldest first within a project. The
// turn of a simulation is its place among its project's, counted from what the project has under way already.
import { sql } from "kysely";
import { uuidsOf } from "./filters.ts";
import type { Database } from "./schema.ts";

/** Statuses that hold a place on an engine. */
export const active = sql`('STARTING', 'RUNNING', 'PAUSED')`;

/** Statuses that are not terminal. */
export const open = sql`('QUEUED', 'STARTING', 'RUNNING', 'PAUSED')`;

/** QUEUED, and only a place is missing. Of the alias `s`; as the index `simulations_admissible` has it. */
export const admissible = sql<boolean>`s.status = 'QUEUED' and s.design_revision is not null
  and s.desired_status <> 'STOPPED'`;

/** QUEUED, and the design is missing. Of the alias `s`; as the index `simulations_undesigned` has it. */
export const undesigned = sql<boolean>`s.status = 'QUEUED' and s.design_revision is null
  and s.desired_status <> 'STOPPED'`;

/** Of the table or alias `queued`, beside a count `under_way` of its project. */
export const turn = sql`under_way + row_number() over (partition by project_id order by id)`;

/** 1-based; ids that are not QUEUED, or asked to stop, have no place. */
export async function queuePositions(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const uuids = uuidsOf(ids);
  if (uuids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; place: number }>`
    with held as (
      select project_id, count(*) as runs from simulations where status in ${active} group by project_id
    ),
    waiting as (
      select s.id, s.project_id from simulations s where ${admissible}
      union all
      select s.id, s.project_id from simulations s where ${undesigned}
    ),
    queued as (
      select id, project_id, coalesce(held.runs, 0) as under_way from waiting left join held using (project_id)
    ),
    turns as (select id, ${turn} as turn from queued),
    places as (select id, row_number() over (order by turn, id) as place from turns)
    select id, place from places where id = any(${uuids}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row.place]));
}
