// Simulations by id, and what is kept beside them. A viewer who may not see one reads the same as for none.
import { sql } from "kysely";
import type { EngineConfig, SimulationDocuments, StartInput } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import type { Viewer } from "../core/viewer.ts";
import { uuidsOf } from "./filters.ts";
import { bytesOf, simulationOf } from "./rows.ts";
import type { Database, DocumentsTable } from "./schema.ts";
import { uuidOf } from "./uuid.ts";
import { visibleTo } from "./visibility.ts";

/** In the order of the ids; null where missing or another's. */
export async function getMany(
  db: Database,
  viewer: Viewer,
  ids: readonly string[],
): Promise<readonly (Simulation | null)[]> {
  const uuids = uuidsOf(ids);
  if (uuids.length === 0) return ids.map(() => null);
  const rows = await db
    .selectFrom("simulations")
    .selectAll()
    .where("id", "=", sql<string>`any(${uuids}::uuid[])`)
    .where(visibleTo(viewer))
    .execute();
  const found = new Map(rows.map((row) => [row.id, simulationOf(row)]));
  return ids.map((id) => found.get(id.toLowerCase()) ?? null);
}

export async function documents(
  db: Database,
  viewer: Viewer,
  id: string,
): Promise<Partial<SimulationDocuments> | null> {
  const row = await documentsRow(db, viewer, id);
  if (row === null) return null;
  const config = engineConfigOf(row);
  return {
    ...(row.design === null ? {} : { design: row.design }),
    ...(config === null ? {} : { engineConfig: config }),
    ...(row.report === null ? {} : { report: row.report }),
  };
}

export async function input(db: Database, viewer: Viewer, id: string): Promise<StartInput | null> {
  const row = await documentsRow(db, viewer, id);
  return row?.input ?? null;
}

/** Wherever it stands. */
type DocumentsRow = Pick<
  DocumentsTable,
  "input" | "design" | "engine_encoded" | "engine_digest" | "engine_parts" | "report"
>;

async function documentsRow(db: Database, viewer: Viewer, id: string): Promise<DocumentsRow | null> {
  const uuid = uuidOf(id);
  if (uuid === null) return null;
  const row = await db
    .selectFrom("simulations")
    .innerJoin("simulation_documents", "simulation_id", "id")
    .leftJoin("contents as design", "design.hash", "design_hash")
    .leftJoin("contents as encoded", "encoded.hash", "engine_encoded_hash")
    .leftJoin("contents as parts", "parts.hash", "engine_parts_hash")
    .select(["input", "simulation_documents.engine_digest", "report"])
    .select([
      sql<unknown>`coalesce(simulation_documents.design, convert_from(design.content, 'UTF8')::json)`.as(
        "design",
      ),
      sql<Uint8Array | null>`coalesce(engine_encoded, encoded.content)`.as("engine_encoded"),
      sql<
        DocumentsRow["engine_parts"]
      >`coalesce(engine_parts, convert_from(parts.content, 'UTF8')::jsonb)`.as("engine_parts"),
    ])
    .where("simulations.id", "=", uuid)
    .where(visibleTo(viewer))
    .executeTakeFirst();
  return row ?? null;
}

function engineConfigOf(row: DocumentsRow): EngineConfig | null {
  const encoded = bytesOf(row.engine_encoded);
  const digest = bytesOf(row.engine_digest);
  if (encoded === null || digest === null || row.engine_parts === null) return null;
  return { ...row.engine_parts, encoded, digest };
}
