// The one statement that changes simulations: rows, events and documents of many simulations together.
// Everything travels as texts, however many rows there are: JSON, and arrays of what moves in almost every change.
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Applied } from "./apply.ts";
import { arrayLiteral } from "./array-literal.ts";
import {
  arrayTypeOf,
  type ColumnTypes,
  changingColumns,
  movingColumns,
  movingNames,
  recordset,
  values,
} from "./columns.ts";
import { documentAssignments, documentRecordset, documentValues } from "./document-records.ts";
import { type Coding, eventNames, eventRecords, eventValues, moment } from "./event-records.ts";
import { databaseJson } from "./json.ts";
import { kept } from "./kept-statements.ts";
import type { RolledUp } from "./open-roll-ups.ts";
import { rollUpNames, rollUpRecords, rollUpRecordset, rollUpValues } from "./roll-up-records.ts";
import { changingValues, movingValues, standsTheSame } from "./rows.ts";
import type { Database, Schema } from "./schema.ts";

/** For each simulation its last state and all its events. The rows must be locked. Returns the events' time. */
export async function write(
  tx: Transaction<Schema>,
  changes: readonly Applied[],
  rolledUp: readonly RolledUp[] = [],
  coding: Coding = "text",
): Promise<Date> {
  const { rows } = await statement(changes, rolledUp, coding, null).execute(tx);
  const [row] = rows;
  if (row === undefined || row.updated !== changes.length) throw new Error("Rows that were locked are gone.");
  return row.at;
}

/**
 * The same in a statement that is a transaction of its own, and takes effect only where each row still has the version
 * that was decided on. Null: one has not, and nothing is written.
 */
export async function writeIfUnchanged(
  db: Database,
  changes: readonly Applied[],
  rolledUp: readonly RolledUp[],
  coding: Coding,
): Promise<Date | null> {
  const { rows } = await statement(changes, rolledUp, coding, unchanged(changes)).execute(db);
  const [row] = rows;
  if (row === undefined || (row.updated !== changes.length && row.updated !== 0)) {
    throw new Error("Some of the rows were written, and not all.");
  }
  return row.updated === 0 ? null : row.at;
}

/** Locks, in the order of their ids, the rows that stand as they did. */
function unchanged(changes: readonly Applied[]): RawBuilder<unknown> {
  const before = changes.map((change) => change.before.simulation);
  const ids = arrayLiteral(before.map(({ id }) => id));
  const versions = arrayLiteral(before.map(({ version }) => version));
  // Of a database that lost what it had acknowledged (a standby that took over), a version alone may mean another row.
  const lastSeqs = arrayLiteral(before.map(({ lastSeq }) => lastSeq));
  const engineSeqs = arrayLiteral(before.map(({ run }) => run.engineSeq));
  return sql`
    unchanged as (
      select s.id from unnest(${ids}::text::uuid[], ${versions}::text::bigint[], ${lastSeqs}::text::int[],
        ${engineSeqs}::text::bigint[]) as known (id, version, last_seq, engine_seq)
      join simulations s on s.id = known.id and s.version = known.version and s.last_seq = known.last_seq
        and s.engine_seq = known.engine_seq
      order by s.id for update of s
    ),
    free as (select count(*) = ${changes.length} as all_are from unchanged)`;
}

/** `condition`: a part `free` that says whether anything is to be written; null: always. */
function statement(
  changes: readonly Applied[],
  rolledUp: readonly RolledUp[],
  coding: Coding,
  condition: RawBuilder<unknown> | null,
): RawBuilder<{ at: Date; updated: number }> {
  const { moved = [], changed = [] } = Object.groupBy(changes, ({ before, stored }) =>
    standsTheSame(before, stored) ? "moved" : "changed",
  );
  const events = changes.flatMap((change) => change.events);
  const documents = changes.flatMap(({ stored, documents }) =>
    documents === null ? [] : [{ simulation_id: stored.simulation.id, ...documentValues(documents) }],
  );
  const rollUps = rollUpRecords(rolledUp);
  const isFree = condition === null ? sql`true` : sql`(select all_are from free)`;
  // Few changes do more than move a run on: most statements are spared the planning of the other parts.
  const parts = [
    condition,
    moved.length === 0 ? null : sql`moved as (${updateMoved(moved, isFree)})`,
    changed.length === 0 ? null : sql`changed as (${updateChanged(changed, isFree)})`,
    documents.length === 0
      ? null
      : sql`kept as (
          update simulation_documents as d set ${sql.raw(documentAssignments)}
          from json_to_recordset(${databaseJson(documents)}::json) as r(${sql.raw(documentRecordset)})
          where d.simulation_id = r.simulation_id and ${isFree}
        )`,
    rollUps.length === 0
      ? null
      : sql`merged as (
          insert into metrics_roll_ups (${sql.raw(rollUpNames)})
          select ${sql.raw(rollUpValues)}
          from json_to_recordset(${databaseJson(rollUps)}::json) as r(${sql.raw(rollUpRecordset)})
          where ${isFree}
        )`,
    events.length === 0
      ? null
      : sql`logged as (
          insert into events (${sql.raw(eventNames)})
          select ${sql.raw(eventValues)} from ${eventRecords(events, coding)}, moment where ${isFree}
        )`,
  ].filter((part) => part !== null);
  const updated = [moved.length === 0 ? [] : ["moved"], changed.length === 0 ? [] : ["changed"]]
    .flat()
    .map((part) => `(select count(*) from ${part})`);
  return sql<{ at: Date; updated: number }>`${sql.raw(kept)}
    with moment as (${moment}), ${sql.join(parts)}
    select moment.at, ${sql.raw(updated.join(" + "))} as updated from moment`;
}

/** What goes on as it stood: the run has come further, and that is all. */
function updateMoved(changes: readonly Applied[], isFree: RawBuilder<unknown>): RawBuilder<unknown> {
  const rows = changes.map(({ stored }) => movingValues(stored));
  const ids = arrayLiteral(changes.map(({ stored }) => stored.simulation.id));
  const arrays = movingNames.map((name) => {
    const array = arrayLiteral(rows.map((row) => row[name]));
    return sql`${array}::text::${sql.raw(arrayTypeOf(movingColumns[name]))}`;
  });
  return sql`update simulations set ${sql.raw(movingAssignments)}
    from unnest(${ids}::text::uuid[], ${sql.join(arrays)}) as r(id, ${sql.raw(movingNames.join(", "))})
    where simulations.id = r.id and ${isFree}
    returning simulations.id`;
}

function updateChanged(changes: readonly Applied[], isFree: RawBuilder<unknown>): RawBuilder<unknown> {
  const rows = changes.map(({ stored }) => ({ id: stored.simulation.id, ...changingValues(stored) }));
  return sql`update simulations set ${sql.raw(assignments)}
    from json_to_recordset(${databaseJson(rows)}::json) as r(${sql.raw(rowRecordset)})
    where simulations.id = r.id and ${isFree}
    returning simulations.id`;
}

const rowRecordset = recordset({ id: "uuid", ...changingColumns });
const assignments = assignmentsOf(changingColumns);
const movingAssignments = assignmentsOf(movingColumns);

function assignmentsOf(columns: ColumnTypes): string {
  return Object.keys(columns)
    .map((name, index) => `${name} = ${values(columns)[index]}`)
    .join(", ");
}
