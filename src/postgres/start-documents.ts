// The documents of new simulations on their way into the database. Many are started of the same design, together and
// one after the other: its text is made once for as long as it is known, and travels once in a statement.
import { type RawBuilder, sql } from "kysely";
import type { NewSimulation } from "../core/ports/store.ts";
import { documentValues } from "./document-records.ts";
import { databaseJson } from "./json.ts";

/** What was fetched is never changed: the text of a document stays right for as long as there is the document. */
const known = new WeakMap<object, string>();

/** Texts of JSON, each once. */
export class Texts {
  readonly #places = new Map<string, number>();

  /** Its number, from 1; null of null. */
  of(value: unknown): number | null {
    if (value === null || value === undefined) return null;
    const text = textOf(value);
    const place = this.#places.get(text) ?? this.#places.size + 1;
    this.#places.set(text, place);
    return place;
  }

  /** JSON has no line breaks but the escaped ones. */
  get lines(): string {
    return [...this.#places.keys()].join("\n");
  }
}

/** Characters of its text. */
export function lengthOf(value: unknown): number {
  return value === null || value === undefined ? 0 : textOf(value).length;
}

function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return databaseJson(value);
  const text = known.get(value) ?? databaseJson(value);
  known.set(value, text);
  return text;
}

export interface StartRecord {
  readonly simulation_id: string;
  readonly input: unknown;
  readonly design: number | null;
  readonly engine_encoded: unknown;
  readonly engine_digest: unknown;
  readonly engine_parts: number | null;
  readonly report: number | null;
}

export function startRecord({ simulation, input, documents }: NewSimulation, texts: Texts): StartRecord {
  const { design, engine_encoded, engine_digest, engine_parts, report } = documentValues(documents);
  return {
    simulation_id: simulation.id,
    input,
    design: texts.of(design),
    engine_encoded,
    engine_digest,
    engine_parts: texts.of(engine_parts),
    report: texts.of(report),
  };
}

/** Of those of them that are in `created`. */
export function startInsert(records: readonly StartRecord[], texts: Texts): RawBuilder<unknown> {
  return sql`
    insert into simulation_documents
      (simulation_id, input, design, engine_encoded, engine_digest, engine_parts, report)
    select created.id, r.input, texts[r.design]::json, decode(r.engine_encoded, 'hex'),
      decode(r.engine_digest, 'hex'), texts[r.engine_parts]::jsonb, texts[r.report]::jsonb
    from json_to_recordset(${databaseJson(records)}::json) as r(simulation_id uuid, input jsonb, design int,
        engine_encoded text, engine_digest text, engine_parts int, report int)
      join created on created.id = r.simulation_id
      cross join (select string_to_array(${texts.lines}::text, E'\\n') as texts) as told`;
}
