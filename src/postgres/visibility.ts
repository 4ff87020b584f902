// The rule of rights, once for queries and once for a row in hand: admins see all, others see their own and
// their projects' simulations. What is not seen does not exist.
import { type RawBuilder, sql } from "kysely";
import type { Simulation } from "../core/simulation.ts";
import type { Viewer } from "../core/viewer.ts";

/** A condition on the table `simulations`, by that name or the alias given. */
export function visibleTo(viewer: Viewer, alias = "simulations"): RawBuilder<boolean> {
  if (viewer.admin) return sql<boolean>`true`;
  const user = sql.ref(`${alias}.user_id`);
  if (viewer.projectIds.length === 0) return sql<boolean>`${user} = ${viewer.userId}`;
  const project = sql.ref(`${alias}.project_id`);
  return sql<boolean>`(${user} = ${viewer.userId} or ${project} = any(${[...viewer.projectIds]}::text[]))`;
}

export function isVisibleTo(viewer: Viewer, simulation: Simulation): boolean {
  return (
    viewer.admin || simulation.userId === viewer.userId || viewer.projectIds.includes(simulation.projectId)
  );
}
