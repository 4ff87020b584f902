// How a filter is served. What can be found in few ranges of an index costs what its page holds, however many
// simulations there are (docs/lists.md lists these combinations); the rest is searched, under a bound of time.
import type { SimulationFilter } from "../core/ports/store.ts";
import { type SimulationStatus, simulationStatuses } from "../core/simulation.ts";
import { projectsOf, type Viewer } from "../core/viewer.ts";

/** Everything in one of these projects (null: any), of this user, of this design, in one of these statuses. */
export interface Ranges {
  readonly projects: readonly string[] | null;
  readonly user: string | null;
  readonly design: string | null;
  /** Null: any, which only a range without the others can be. */
  readonly statuses: readonly SimulationStatus[] | null;
}

export type Access =
  /** At most as many rows as ids. */
  | { readonly by: "ids"; readonly ids: readonly string[] }
  /** All of them together are what the viewer sees and the filter names; two of them may overlap. */
  | { readonly by: "ranges"; readonly ranges: readonly Ranges[] }
  | { readonly by: "search" };

export function accessTo(viewer: Viewer, filter: SimulationFilter): Access {
  if (filter.ids !== undefined) return { by: "ids", ids: filter.ids };
  if (filter.labels !== undefined || filter.desiredStatuses !== undefined) return { by: "search" };
  const named: Ranges = {
    projects: filter.projectId === undefined ? null : [filter.projectId],
    user: filter.userId ?? null,
    design: filter.designId ?? null,
    statuses: filter.statuses === undefined ? null : [...new Set(filter.statuses)],
  };
  return { by: "ranges", ranges: seen(viewer, named).map(withStatuses) };
}

/** What the viewer sees of it: the same as the rule of rights, as ranges. */
function seen(viewer: Viewer, named: Ranges): readonly Ranges[] {
  if (viewer.admin || named.user === viewer.userId) return [named];
  const projects = projectsOf(viewer).filter((id) => named.projects?.includes(id) ?? true);
  const ofProjects = projects.length === 0 ? [] : [{ ...named, projects }];
  // In a project of the viewer's, their own are seen already; and another user's are never their own.
  if (named.user !== null || (named.projects !== null && projects.length > 0)) return ofProjects;
  return [...ofProjects, { ...named, user: viewer.userId }];
}

/** Each index but the primary key has the status before the id: no status is every status. */
function withStatuses(ranges: Ranges): Ranges {
  const isAll = ranges.projects === null && ranges.user === null && ranges.design === null;
  return isAll ? ranges : { ...ranges, statuses: ranges.statuses ?? simulationStatuses };
}
