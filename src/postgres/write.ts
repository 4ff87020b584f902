// The one statement that changes simulations: rows, events and documents of many simulations together.
// Everything travels as JSON parameters, however many there are.
import { sql, type Transaction } from "kysely";
import type { Applied } from "./apply.ts";
import { changingColumns, recordset, values } from "./columns.ts";
import { documentAssignments, documentRecordset, documentValues } from "./document-records.ts";
import { eventNames, eventRecords, eventValues, moment } from "./event-records.ts";
import { databaseJson } from "./json.ts";
import type { RolledUp } from "./open-roll-ups.ts";
import { rollUpNames, rollUpRecords, rollUpRecordset, rollUpValues } from "./roll-up-records.ts";
import { changingValues } from "./rows.ts";
import type { Schema } from "./schema.ts";

/** For each simulation its last state and all its events. The rows must be locked. Returns the events' time. */
export async function write(
  tx: Transaction<Schema>,
  changes: readonly Applied[],
  rolledUp: readonly RolledUp[] = [],
): Promise<Date> {
  const rows = changes.map(({ stored }) => ({ id: stored.simulation.id, ...changingValues(stored) }));
  const events = changes.flatMap((change) => change.events);
  const documents = changes.flatMap(({ stored, documents }) =>
    documents === null ? [] : [{ simulation_id: stored.simulation.id, ...documentValues(documents) }],
  );
  const rollUps = rollUpRecords(rolledUp);
  // Few changes bring documents or complete a roll-up: most statements are spared the planning of these parts.
  const kept =
    documents.length === 0
      ? sql``
      : sql`, kept as (
          update simulation_documents as d set ${sql.raw(documentAssignments)}
          from json_to_recordset(${databaseJson(documents)}::json) as r(${sql.raw(documentRecordset)})
          where d.simulation_id = r.simulation_id
        )`;
  const merged =
    rollUps.length === 0
      ? sql``
      : sql`, merged as (
          insert into metrics_roll_ups (${sql.raw(rollUpNames)})
          select ${sql.raw(rollUpValues)}
          from json_to_recordset(${databaseJson(rollUps)}::json) as r(${sql.raw(rollUpRecordset)})
        )`;
  const result = await sql<{ at: Date; updated: number }>`
    with moment as (${moment}),
    updated as (
      update simulations set ${sql.raw(assignments)}
      from json_to_recordset(${databaseJson(rows)}::json) as r(${sql.raw(rowRecordset)})
      where simulations.id = r.id
      returning simulations.id
    ),
    logged as (
      insert into events (${sql.raw(eventNames)})
      select ${sql.raw(eventValues)} from ${eventRecords(events)}, moment
    )${kept}${merged}
    select moment.at, (select count(*) from updated) as updated from moment`.execute(tx);
  const row = result.rows[0];
  if (row === undefined || row.updated !== rows.length) throw new Error("Rows that were locked are gone.");
  return row.at;
}

const rowRecordset = recordset({ id: "uuid", ...changingColumns });
const assignments = Object.keys(changingColumns)
  .map((name, index) => `${name} = ${values(changingColumns)[index]}`)
  .join(", ");
