// A new simulation: row, first events and documents in one statement. A key that was used before, also by a
// call of this very moment elsewhere, makes nothing and finds what the first one made.
import { sql } from "kysely";
import type { CreateResult, NewSimulation, StartInput } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import { type Applied, advance } from "./apply.ts";
import { changingColumns, fixedColumns, recordset, values } from "./columns.ts";
import { documentColumns, documentValues } from "./document-records.ts";
import { eventNames, eventRecords, eventValues, moment, stamp } from "./event-records.ts";
import { databaseJson } from "./json.ts";
import { changingValues, fixedValues, type SimulationRow, simulationOf } from "./rows.ts";
import type { Database } from "./schema.ts";

export async function create(db: Database, draft: NewSimulation): Promise<CreateResult> {
  const applied = first(draft);
  const at = await insert(db, draft, applied);
  if (at !== null) {
    return {
      kind: "created",
      simulation: applied.stored.simulation,
      events: applied.events.map((event) => stamp(event, at)),
    };
  }
  const existing = await find(db, draft);
  if (existing === null) throw new Error(`The id ${draft.simulation.id} is another simulation's.`);
  return { kind: "existing", ...existing };
}

export interface Started {
  readonly simulation: Simulation;
  readonly input: StartInput;
}

export async function findByKey(
  db: Database,
  userId: string,
  projectId: string,
  key: string,
): Promise<Started | null> {
  const row = await startedRows(db)
    .where("user_id", "=", userId)
    .where("project_id", "=", projectId)
    .where("idempotency_key", "=", key)
    .executeTakeFirst();
  return row === undefined ? null : startedOf(row);
}

function first({ simulation, events, documents }: NewSimulation): Applied {
  const nothing = { ...simulation, lastSeq: 0 };
  return advance(
    { simulation: nothing, lastStatusSeq: 0, lastMetricsSeq: 0, restartSeq: 0 },
    { patch: {}, events, documents },
  );
}

/** Null: the key, or the id, is there already. */
async function insert(db: Database, draft: NewSimulation, applied: Applied): Promise<Date | null> {
  const row = { ...fixedValues(draft.simulation, draft.idempotencyKey), ...changingValues(applied.stored) };
  const documents = { input: draft.input, ...documentValues(draft.documents) };
  const result = await sql<{ at: Date }>`
    with moment as (${moment}),
    created as (
      insert into simulations (${sql.raw(rowNames)}) select ${sql.raw(rowValues)}
      from json_to_recordset(${databaseJson([row])}::json) as r(${sql.raw(rowRecordset)})
      on conflict do nothing
      returning id
    ),
    logged as (
      insert into events (${sql.raw(eventNames)})
      select ${sql.raw(eventValues)} from ${eventRecords(applied.events)}, moment, created
    ),
    kept as (
      insert into simulation_documents (simulation_id, ${sql.raw(startNames)})
      select created.id, ${sql.raw(startValues)}
      from json_to_recordset(${databaseJson([documents])}::json) as r(${sql.raw(startRecordset)}), created
    )
    select moment.at from moment, created`.execute(db);
  return result.rows[0]?.at ?? null;
}

/** What the draft's key made; else, where an answer was lost and the same draft comes again, what its id made. */
async function find(db: Database, { simulation, idempotencyKey }: NewSimulation): Promise<Started | null> {
  const { id, userId, projectId } = simulation;
  if (idempotencyKey !== null) {
    const byKey = await findByKey(db, userId, projectId, idempotencyKey);
    if (byKey !== null) return byKey;
  }
  const row = await startedRows(db)
    .where("id", "=", id)
    .where("user_id", "=", userId)
    .where("project_id", "=", projectId)
    .executeTakeFirst();
  return row === undefined ? null : startedOf(row);
}

function startedRows(db: Database) {
  return db
    .selectFrom("simulations")
    .innerJoin("simulation_documents", "simulation_id", "id")
    .selectAll("simulations")
    .select("simulation_documents.input");
}

function startedOf({ input, ...row }: SimulationRow & { input: StartInput }): Started {
  return { simulation: simulationOf(row), input };
}

const rowColumns = { ...fixedColumns, ...changingColumns };
const rowNames = Object.keys(rowColumns).join(", ");
const rowValues = values(rowColumns).join(", ");
const rowRecordset = recordset(rowColumns);
const startColumns = { input: "jsonb", ...documentColumns };
const startNames = Object.keys(startColumns).join(", ");
const startValues = values(startColumns).join(", ");
const startRecordset = recordset(startColumns);
