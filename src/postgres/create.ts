// A new simulation, written together with those that come at the same time.
import type { CreateResult, NewSimulation } from "../core/ports/store.ts";
import { GroupCreate } from "./group-create.ts";
import type { Database } from "./schema.ts";

export { findByKey } from "./started.ts";

/** One for each database that is open. */
const groups = new WeakMap<Database, GroupCreate>();

export function create(db: Database, draft: NewSimulation): Promise<CreateResult> {
  const group = groups.get(db) ?? new GroupCreate(db);
  groups.set(db, group);
  return group.create(draft);
}
