// The documents of new simulations on their way into the database: of each start their hashes, and the bytes of those
// that are not there yet.
import { type RawBuilder, sql } from "kysely";
import type { NewSimulation } from "../core/ports/store.ts";
import { bytesContent, type Content, jsonContent, type KnownContents, partContent } from "./contents.ts";
import { databaseJson } from "./json.ts";
import { hexOf } from "./rows.ts";

export interface StartDocuments {
  readonly design: Content | null;
  readonly encoded: Content | null;
  readonly parts: Content | null;
}

export function startDocuments({ documents: { design, engineConfig } }: NewSimulation): StartDocuments {
  if (engineConfig === undefined) return { design: optional(design), encoded: null, parts: null };
  const { encoded, digest: _, ...parts } = engineConfig;
  return {
    design: optional(design),
    encoded: bytesContent(encoded),
    parts: partContent(engineConfig, parts),
  };
}

const optional = (design: unknown) => (design === undefined || design === null ? null : jsonContent(design));

export function contentsOf(documents: StartDocuments): readonly Content[] {
  return Object.values(documents).filter((content: Content | null) => content !== null);
}

export interface Start {
  readonly draft: NewSimulation;
  readonly documents: StartDocuments;
}

/**
 * Four clauses of a with: `assumed`, hashes of what is known to be there; `missing`, those of them that are not; `sent`
 * writes the others; and `kept` the rows of those starts that are in `created`.
 */
export function documentClauses(starts: readonly Start[], known: KnownContents) {
  const contents = new Map(
    starts.flatMap(({ documents }) => contentsOf(documents)).map((content) => [content.hash, content]),
  );
  // In one order everywhere: of two statements with the same contents, neither waits for the other.
  const all = [...contents.values()].toSorted((one, other) => (one.hash < other.hash ? -1 : 1));
  const assumed = all.filter((content) => known.has(content)).map(({ hash }) => hash);
  const sent = all.filter((content) => !known.has(content));
  const lines = sent.map(({ hash, bytes }) => `${hash} ${hexOf(bytes)}`).join("\n");
  const before = sql`
    assumed as (select decode(hash, 'hex') as hash from unnest(string_to_array(${assumed.join("\n")}::text, E'\\n')) as hash),
    missing as (
      select hash from assumed where not exists (select from contents where contents.hash = assumed.hash)
    ),
    sent as (
      insert into contents (hash, content)
      select decode(split_part(line, ' ', 1), 'hex'), decode(split_part(line, ' ', 2), 'hex')
      from unnest(string_to_array(${lines}::text, E'\\n')) as line
      on conflict do nothing
    )`;
  return { before, kept: sql`kept as (${insertion(starts)})`, sent };
}

function insertion(starts: readonly Start[]): RawBuilder<unknown> {
  return sql`
    insert into simulation_documents
      (simulation_id, input, engine_digest, report, design_hash, engine_encoded_hash, engine_parts_hash)
    select created.id, r.input, decode(r.engine_digest, 'hex'), r.report, decode(r.design, 'hex'),
      decode(r.encoded, 'hex'), decode(r.parts, 'hex')
    from json_to_recordset(${databaseJson(starts.map(recordOf))}::json) as r(simulation_id uuid, input jsonb,
        engine_digest text, report jsonb, design text, encoded text, parts text)
      join created on created.id = r.simulation_id`;
}

function recordOf({ draft: { simulation, input, documents }, documents: contents }: Start): object {
  return {
    simulation_id: simulation.id,
    input,
    engine_digest: hexOf(documents.engineConfig?.digest ?? null),
    report: documents.report ?? null,
    design: contents.design?.hash ?? null,
    encoded: contents.encoded?.hash ?? null,
    parts: contents.parts?.hash ?? null,
  };
}
