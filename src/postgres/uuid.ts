// Ids are UUIDs in the database. What is not one names no simulation: it is not found, and never an error.
import { ServiceError } from "../core/errors.ts";

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id in the database's own spelling; null: cannot be anybody's. */
export function uuidOf(id: string): string | null {
  const lower = id.toLowerCase();
  return pattern.test(lower) ? lower : null;
}

/** An id that an earlier answer had. BAD_INPUT for what is none: an empty page would say that there is nothing more. */
export function cursorIn(id: string, path: "after" | "before"): string {
  const uuid = uuidOf(id);
  if (uuid !== null) return uuid;
  throw new ServiceError("BAD_INPUT", `Give \`${path}\` a cursor that an earlier answer had.`, { path });
}
