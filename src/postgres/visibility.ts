// The rule of rights in SQL: it means what core/viewer.ts says of a row in hand. What is not seen does not exist.
import { type RawBuilder, sql } from "kysely";
import { projectsOf, type Viewer } from "../core/viewer.ts";

/** A condition on the table `simulations`, by that name or the alias given. */
export function visibleTo(viewer: Viewer, alias = "simulations"): RawBuilder<boolean> {
  if (viewer.admin) return sql<boolean>`true`;
  const user = sql.ref(`${alias}.user_id`);
  const projects = projectsOf(viewer);
  if (projects.length === 0) return sql<boolean>`${user} = ${viewer.userId}`;
  const project = sql.ref(`${alias}.project_id`);
  return sql<boolean>`(${user} = ${viewer.userId} or ${project} = any(${[...projects]}::text[]))`;
}
