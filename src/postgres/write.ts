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
import { eventNames, eventRecords, eventValues, moment } from "./event-records.ts";
import { databaseJson } from "./json.ts";
import type { RolledUp } from "./open-roll-ups.ts";
import { rollUpNames, rollUpRecords, rollUpRecordset, rollUpValues } from "./roll-up-records.ts";
import { changingValues, movingValues, standsTheSame } from "./rows.ts";
import type { Schema } from "./schema.ts";

/** For each simulation its last state and all its events. The rows must be locked. Returns the events' time. */
export async function write(
  tx: Transaction<Schema>,
  changes: readonly Applied[],
  rolledUp: readonly RolledUp[] = [],
): Promise<Date> {
  const { moved = [], changed = [] } = Object.groupBy(changes, ({ before, stored }) =>
    standsTheSame(before, stored) ? "moved" : "changed",
  );
  const events = changes.flatMap((change) => change.events);
  const documents = changes.flatMap(({ stored, documents }) =>
    documents === null ? [] : [{ simulation_id: stored.simulation.id, ...documentValues(documents) }],
  );
  const rollUps = rollUpRecords(rolledUp);
  // Few changes do more than move a run on: most statements are spared the planning of the other parts.
  const parts = [
    moved.length === 0 ? null : sql`moved as (${updateMoved(moved)})`,
    changed.length === 0 ? null : sql`changed as (${updateChanged(changed)})`,
    documents.length === 0
      ? null
      : sql`kept as (
          update simulation_documents as d set ${sql.raw(documentAssignments)}
          from json_to_recordset(${databaseJson(documents)}::json) as r(${sql.raw(documentRecordset)})
          where d.simulation_id = r.simulation_id
        )`,
    rollUps.length === 0
      ? null
      : sql`merged as (
          insert into metrics_roll_ups (${sql.raw(rollUpNames)})
          select ${sql.raw(rollUpValues)}
          from json_to_recordset(${databaseJson(rollUps)}::json) as r(${sql.raw(rollUpRecordset)})
        )`,
  ].filter((part) => part !== null);
  const updated = [moved.length === 0 ? [] : ["moved"], changed.length === 0 ? [] : ["changed"]]
    .flat()
    .map((part) => `(select count(*) from ${part})`);
  const result = await sql<{ at: Date; updated: number }>`
    with moment as (${moment}), ${sql.join(parts)},
    logged as (
      insert into events (${sql.raw(eventNames)})
      select ${sql.raw(eventValues)} from ${eventRecords(events)}, moment
    )
    select moment.at, ${sql.raw(updated.join(" + "))} as updated from moment`.execute(tx);
  const row = result.rows[0];
  if (row === undefined || row.updated !== changes.length) throw new Error("Rows that were locked are gone.");
  return row.at;
}

/** What goes on as it stood: the run has come further, and that is all. */
function updateMoved(changes: readonly Applied[]): RawBuilder<unknown> {
  const rows = changes.map(({ stored }) => movingValues(stored));
  const ids = arrayLiteral(changes.map(({ stored }) => stored.simulation.id));
  const arrays = movingNames.map((name) => {
    const array = arrayLiteral(rows.map((row) => row[name]));
    return sql`${array}::text::${sql.raw(arrayTypeOf(movingColumns[name]))}`;
  });
  return sql`update simulations set ${sql.raw(movingAssignments)}
    from unnest(${ids}::text::uuid[], ${sql.join(arrays)}) as r(id, ${sql.raw(movingNames.join(", "))})
    where simulations.id = r.id
    returning simulations.id`;
}

function updateChanged(changes: readonly Applied[]): RawBuilder<unknown> {
  const rows = changes.map(({ stored }) => ({ id: stored.simulation.id, ...changingValues(stored) }));
  return sql`update simulations set ${sql.raw(assignments)}
    from json_to_recordset(${databaseJson(rows)}::json) as r(${sql.raw(rowRecordset)})
    where simulations.id = r.id
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
