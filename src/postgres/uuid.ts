// Ids are UUIDs in the database. What is not one names no simulation: it is not found, and never an error.

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id in the database's own spelling; null: cannot be anybody's. */
export function uuidOf(id: string): string | null {
  const lower = id.toLowerCase();
  return pattern.test(lower) ? lower : null;
}
