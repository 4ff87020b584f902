// The one statement that changes simulations: rows, events and documents of many simulations together.
// Everything travels as three JSON parameters, so that the statement's text is always the same.
import { sql, type Transaction } from "kysely";
import type { SimulationEvent } from "../core/events.ts";
import { metricsMeasures, type SimulationDocuments } from "../core/ports/store.ts";
import type { Applied, PlacedEvent } from "./apply.ts";
import { changingColumns, recordset, values } from "./columns.ts";
import { databaseJson } from "./json.ts";
import { changingValues, hexOf } from "./rows.ts";
import type { Schema } from "./schema.ts";

/** For each simulation its last state and all its events. The rows must be locked. Returns the events' time. */
export async function write(tx: Transaction<Schema>, changes: readonly Applied[]): Promise<Date> {
  const rows = changes.map(({ stored }) => ({ id: stored.simulation.id, ...changingValues(stored) }));
  const events = changes.flatMap((change) => change.events.map(eventRecord));
  const documents = changes.flatMap(({ stored, documents: some }) =>
    some === null ? [] : [documentsRecord(stored.simulation.id, some)],
  );
  const result = await sql<{ at: Date; updated: number }>`
    with moment as (${sql.raw(moment)}),
    updated as (
      update simulations set ${sql.raw(assignments)}
      from json_to_recordset(${databaseJson(rows)}::json) as r(${sql.raw(rowRecordset)})
      where simulations.id = r.id
      returning simulations.id
    ),
    logged as (
      insert into events (${sql.raw(eventNames)})
      select ${sql.raw(eventValues)}
      from json_to_recordset(${databaseJson(events)}::json) as r(${sql.raw(eventRecordset)}), moment
    ),
    kept as (
      update simulation_documents as d set ${sql.raw(documentAssignments)}
      from json_to_recordset(${databaseJson(documents)}::json) as r(${sql.raw(documentRecordset)})
      where d.simulation_id = r.simulation_id
    )
    select moment.at, (select count(*) from updated) as updated from moment`.execute(tx);
  const row = result.rows[0];
  if (row === undefined || row.updated !== rows.length) throw new Error("Rows that were locked are gone.");
  return row.at;
}

/** Milliseconds, as a Date can tell it: what is answered at once equals what is read later. */
export const moment = "select date_trunc('milliseconds', clock_timestamp()) as at";

export function stamp(
  { simulationId, seq, simulatedTime, engineSeq, body }: PlacedEvent,
  at: Date,
): SimulationEvent {
  return { simulationId, seq, at, simulatedTime, engineSeq, body };
}

export const eventColumns = {
  simulation_id: "uuid",
  seq: "int",
  type: "text",
  simulated_time: "float8",
  engine_seq: "bigint",
  body: "json",
  measures: "float8[]",
} as const;

export function eventRecord(event: PlacedEvent): Record<keyof typeof eventColumns, unknown> {
  const { body } = event;
  return {
    simulation_id: event.simulationId,
    seq: event.seq,
    type: body.type,
    simulated_time: event.simulatedTime,
    engine_seq: event.engineSeq,
    body,
    measures:
      body.type === "METRICS_SAMPLED"
        ? [body.window, ...metricsMeasures.map((name) => bounded(body[name]))]
        : null,
  };
}

/** Small enough that the database can still take means of it; a measure beyond that has no meaning anyway. */
function bounded(measure: number): number {
  return Math.max(-1e100, Math.min(measure, 1e100));
}

export const documentColumns = {
  design: "json",
  engine_encoded: "bytea",
  engine_digest: "bytea",
  engine_parts: "jsonb",
  report: "jsonb",
} as const;

export function documentValues(
  documents: Partial<SimulationDocuments>,
): Record<keyof typeof documentColumns, unknown> {
  const { design, engineConfig, report } = documents;
  const { encoded, digest, ...parts } = engineConfig ?? { encoded: null, digest: null };
  return {
    design: design ?? null,
    engine_encoded: hexOf(encoded),
    engine_digest: hexOf(digest),
    engine_parts: engineConfig === undefined ? null : parts,
    report: report ?? null,
  };
}

function documentsRecord(simulationId: string, documents: Partial<SimulationDocuments>): object {
  return { simulation_id: simulationId, ...documentValues(documents) };
}

const rowRecordset = recordset({ id: "uuid", ...changingColumns });
const assignments = assign(changingColumns);
export const eventRecordset = recordset(eventColumns);
export const eventNames = [...Object.keys(eventColumns), "at"].join(", ");
export const eventValues = [...values(eventColumns), "moment.at"].join(", ");
const documentRecordset = recordset({ simulation_id: "uuid", ...documentColumns });
/** What a change does not name stays. */
const documentAssignments = Object.keys(documentColumns)
  .map((name, index) => `${name} = coalesce(${values(documentColumns)[index]}, d.${name})`)
  .join(", ");

function assign(columns: Readonly<Record<string, string>>): string {
  return Object.keys(columns)
    .map((name, index) => `${name} = ${values(columns)[index]}`)
    .join(", ");
}
