// The documents of simulations on their way into the database.
import type { SimulationDocuments } from "../core/ports/store.ts";
import { recordset, values } from "./columns.ts";
import { hexOf } from "./rows.ts";

export const documentColumns = {
  design: "json",
  engine_encoded: "bytea",
  engine_digest: "bytea",
  engine_parts: "jsonb",
  report: "jsonb",
} as const;

export const documentRecordset = recordset({ simulation_id: "uuid", ...documentColumns });

/** For an update of `d` from `r`: what a change does not name stays. */
export const documentAssignments = Object.keys(documentColumns)
  .map((name, index) => `${name} = coalesce(${values(documentColumns)[index]}, d.${name})`)
  .join(", ");

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
