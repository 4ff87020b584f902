// New simulations: rows, first events and documents in one statement. A key that was used before, also by a call of
// this very moment elsewhere, makes nothing and finds what the first one made.
import { sql } from "kysely";
import type { CreateResult, NewSimulation } from "../core/ports/store.ts";
import { type Applied, advance } from "./apply.ts";
import { changingColumns, fixedColumns, recordset, values } from "./columns.ts";
import type { KnownContents } from "./contents.ts";
import { eventNames, eventRecords, eventValues, moment, stamp } from "./event-records.ts";
import { databaseJson } from "./json.ts";
import { kept } from "./kept-statements.ts";
import { changingValues, fixedValues } from "./rows.ts";
import type { Database } from "./schema.ts";
import { contentsOf, documentClauses, type StartDocuments, startDocuments } from "./start-documents.ts";
import { find } from "./started.ts";

export interface Made {
  readonly draft: NewSimulation;
  readonly applied: Applied;
  readonly documents: StartDocuments;
  /** Of what it takes along, about. */
  readonly bytes: number;
}

/** Throws where a draft is none: that is a defect of the caller. */
export function made(draft: NewSimulation, known: KnownContents): Made {
  const documents = startDocuments(draft);
  const sent = contentsOf(documents).filter((content) => !known.has(content));
  const bytes = sent.reduce((sum, content) => sum + 2 * content.bytes.length, 1_000);
  return { draft, applied: first(draft), documents, bytes };
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

export interface Inserted {
  readonly at: Date;
  /** Of those that are new: of the others the key, or the id, is there already. */
  readonly ids: ReadonlySet<string>;
}

/** No two may have the same id. Rejects where nothing is written. */
export async function insert(db: Database, all: readonly Made[], known: KnownContents): Promise<Inserted> {
  const inserted = (await attempt(db, all, known)) ?? (await again(db, all, known));
  if (inserted === null) throw new Error("What is sent along is missing.");
  return inserted;
}

/** The database has lost what it had, as one that was restored: everything is sent once more. */
function again(db: Database, all: readonly Made[], known: KnownContents): Promise<Inserted | null> {
  known.forget();
  return attempt(db, all, known);
}

/** Null: nothing is written, for something that is known to be in the database is not. */
async function attempt(db: Database, all: readonly Made[], known: KnownContents): Promise<Inserted | null> {
  // In one order everywhere: of two statements with the same keys, neither waits for the other.
  const ordered = all.toSorted((one, other) => compared(orderOf(one), orderOf(other)));
  const rows = ordered.map(({ draft, applied }) => ({
    ...fixedValues(draft.simulation, draft.idempotencyKey),
    ...changingValues(applied.stored),
  }));
  const events = ordered.flatMap(({ applied }) => applied.events);
  const documents = documentClauses(ordered, known);
  const result = await sql<{ at: Date; id: string | null; missing: boolean }>`${sql.raw(kept)}
    with moment as (${moment}),
    ${documents.before},
    created as (
      insert into simulations (${sql.raw(rowNames)}) select ${sql.raw(rowValues)}
      from json_to_recordset(${databaseJson(rows)}::json) as r(${sql.raw(rowRecordset)})
      where not exists (select from missing)
      on conflict do nothing
      returning id
    ),
    logged as (
      insert into events (${sql.raw(eventNames)})
      select ${sql.raw(eventValues)} from moment, ${eventRecords(events)} join created on created.id = r.simulation_id
    ),
    ${documents.kept}
    select moment.at, created.id, exists (select from missing) as missing
    from moment left join created on true`.execute(db);
  const [first] = result.rows;
  if (first === undefined || first.missing) return null;
  for (const content of documents.sent) known.add(content);
  return { at: first.at, ids: new Set(result.rows.flatMap(({ id }) => id ?? [])) };
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
