// New simulations: rows, first events and documents in one statement. A key that was used before, also by a call of
// this very moment elsewhere, makes nothing and finds what the first one made.
import { sql } from "kysely";
import type { CreateResult, NewSimulation } from "../core/ports/store.ts";
import { type Applied, advance } from "./apply.ts";
import { changingColumns, fixedColumns, recordset, values } from "./columns.ts";
import { eventNames, eventRecords, eventValues, moment, stamp } from "./event-records.ts";
import { databaseJson } from "./json.ts";
import { kept } from "./kept-statements.ts";
import { changingValues, fixedValues } from "./rows.ts";
import type { Database } from "./schema.ts";
import { lengthOf, startInsert, startRecord, Texts } from "./start-documents.ts";
import { find } from "./started.ts";

export interface Made {
  readonly draft: NewSimulation;
  readonly applied: Applied;
  /** Of what it takes along, about. */
  readonly bytes: number;
}

/** Throws where a draft is none: that is a defect of the caller. */
export function made(draft: NewSimulation): Made {
  const { design, engineConfig } = draft.documents;
  const bytes = 1_000 + lengthOf(design) + 2 * (engineConfig?.encoded.length ?? 0);
  return { draft, applied: first(draft), bytes };
}

export function createdOf({ applied: { stored, events } }: Made, at: Date): CreateResult {
  return {
    kind: "created",
    simulation: stored.simulation,
    events: events.map((event) => stamp(event, at)),
  };
}

/** What its key, or its id, made before. */
export async function existingOf(db: Database, { draft }: Made): Promise<CreateResult> {
  const existing = await find(db, draft);
  if (existing === null) throw new Error(`The id ${draft.simulation.id} is another simulation's.`);
  return { kind: "existing", ...existing };
}

function first({ simulation, events, documents }: NewSimulation): Applied {
  const nothing = { ...simulation, lastSeq: 0 };
  return advance(
    { simulation: nothing, lastStatusSeq: 0, lastMetricsSeq: 0, restartSeq: 0 },
    { patch: {}, events, documents },
  );
}

/**
 * The ids of those that are new: of the others the key, or the id, is there already. `at`: null where none is new. No
 * two may have the same id. Rejects where nothing is written.
 */
export async function insert(
  db: Database,
  all: readonly Made[],
): Promise<{ readonly at: Date | null; readonly ids: ReadonlySet<string> }> {
  // In one order everywhere: of two statements with the same keys, neither waits for the other.
  const ordered = all.toSorted((one, other) => compared(orderOf(one), orderOf(other)));
  const rows = ordered.map(({ draft, applied }) => ({
    ...fixedValues(draft.simulation, draft.idempotencyKey),
    ...changingValues(applied.stored),
  }));
  const events = ordered.flatMap(({ applied }) => applied.events);
  const texts = new Texts();
  const documents = ordered.map(({ draft }) => startRecord(draft, texts));
  const result = await sql<{ at: Date; id: string }>`${sql.raw(kept)}
    with moment as (${moment}),
    created as (
      insert into simulations (${sql.raw(rowNames)}) select ${sql.raw(rowValues)}
      from json_to_recordset(${databaseJson(rows)}::json) as r(${sql.raw(rowRecordset)})
      on conflict do nothing
      returning id
    ),
    logged as (
      insert into events (${sql.raw(eventNames)})
      select ${sql.raw(eventValues)} from moment, ${eventRecords(events)} join created on created.id = r.simulation_id
    ),
    kept as (${startInsert(documents, texts)})
    select moment.at, created.id from moment, created`.execute(db);
  return { at: result.rows[0]?.at ?? null, ids: new Set(result.rows.map(({ id }) => id)) };
}

function orderOf({ draft: { simulation, idempotencyKey } }: Made): readonly string[] {
  return [simulation.userId, simulation.projectId, idempotencyKey ?? "", simulation.id];
}

function compared(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at === -1 ? 0 : (one[at] ?? "") < (other[at] ?? "") ? -1 : 1;
}

const rowColumns = { ...fixedColumns, ...changingColumns };
const rowNames = Object.keys(rowColumns).join(", ");
const rowValues = values(rowColumns).join(", ");
const rowRecordset = recordset(rowColumns);
