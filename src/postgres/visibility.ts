// The rule of rights in SQL: it means what core/filter.ts says of a row in hand. What is not seen does not exist.
import { type RawBuilder, sql } from "kysely";
import type { Viewer } from "../core/viewer.ts";

/** A condition on the table `simulations`, by that name or the alias given. */
export function visibleTo(viewer: Viewer, alias = "simulations"): RawBuilder<boolean> {
  if (viewer.admin) return sql<boolean>`true`;
  const user = sql.ref(`${alias}.user_id`);
  if (viewer.projectIds.length === 0) return sql<boolean>`${user} = ${viewer.userId}`;
  const project = sql.ref(`${alias}.project_id`);
  return sql<boolean>`(${user} = ${viewer.userId} or ${project} = any(${[...viewer.projectIds]}::text[]))`;
}
