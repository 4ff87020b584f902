// A filter as conditions on the table `simulations`. Ids that are no UUIDs match nothing.
import { type RawBuilder, sql } from "kysely";
import type { SimulationFilter } from "../core/ports/store.ts";
import { firstIdAt } from "../core/simulation-id.ts";
import type { Viewer } from "../core/viewer.ts";
import { databaseJson } from "./json.ts";
import { uuidOf } from "./uuid.ts";
import { visibleTo } from "./visibility.ts";

/** All that the viewer sees and the filter names, as one condition. */
export function matching(viewer: Viewer, filter: SimulationFilter): RawBuilder<boolean> {
  return allOf([visibleTo(viewer), ...conditions(filter)]);
}

export function allOf(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.join([...conditions], sql` and `)}`;
}

function conditions(filter: SimulationFilter): readonly RawBuilder<boolean>[] {
  const { ids, statuses, desiredStatuses, designId, projectId, userId, labels } = filter;
  return [
    ids && sql<boolean>`simulations.id = any(${uuidsOf(ids)}::uuid[])`,
    statuses && sql<boolean>`simulations.status = any(${[...statuses]}::text[])`,
    desiredStatuses && sql<boolean>`simulations.desired_status = any(${[...desiredStatuses]}::text[])`,
    designId === undefined ? undefined : sql<boolean>`simulations.design_id = ${designId}`,
    projectId === undefined ? undefined : sql<boolean>`simulations.project_id = ${projectId}`,
    userId === undefined ? undefined : sql<boolean>`simulations.user_id = ${userId}`,
    labels && sql<boolean>`simulations.labels @> ${databaseJson(labels)}::text::jsonb`,
    ...createdWithin(filter),
  ].filter((condition) => condition !== undefined);
}

/** Ids tell the time of creation, and every index has them. */
export function createdWithin({ createdAfter, createdBefore }: SimulationFilter): RawBuilder<boolean>[] {
  return [
    ...(createdAfter === undefined ? [] : [sql<boolean>`id >= ${firstIdAt(createdAfter)}::uuid`]),
    ...(createdBefore === undefined ? [] : [sql<boolean>`id < ${firstIdAt(createdBefore)}::uuid`]),
  ];
}

export function uuidsOf(ids: readonly string[]): string[] {
  return ids.map(uuidOf).filter((id) => id !== null);
}
