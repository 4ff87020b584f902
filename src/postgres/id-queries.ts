// The ids of a page, and how many there are, as queries that read no more rows than they must.
import { type RawBuilder, sql } from "kysely";
import type { SimulationFilter } from "../core/ports/store.ts";
import type { Viewer } from "../core/viewer.ts";
import { accessTo, type Ranges } from "./access.ts";
import { allOf, createdWithin, matching, uuidsOf } from "./filters.ts";
import type { SimulationRow } from "./rows.ts";

/** Of ids; `above` and `below` leave out the id itself. */
export interface Bounds {
  readonly from?: string | undefined;
  readonly above?: string | undefined;
  readonly upTo?: string | undefined;
  readonly below?: string | undefined;
}

/** Ids between bounds, from one end. */
export interface Slice extends Bounds {
  readonly first: "newest" | "oldest";
  readonly limit: number;
}

/** The whole rows of a slice, in its order. */
export function rowsOf(viewer: Viewer, filter: SimulationFilter, slice: Slice): RawBuilder<SimulationRow> {
  return sql`select simulations.* from (${idsOf(viewer, filter, slice)}) as page join simulations using (id)
    order by ${inOrder(slice)}`;
}

/** `select id …`, in the order of the slice. */
export function idsOf(viewer: Viewer, filter: SimulationFilter, slice: Slice): RawBuilder<unknown> {
  const conditions = [...createdWithin(filter), ...within(slice)];
  const order = inOrder(slice);
  const access = accessTo(viewer, filter);
  if (access.by === "ranges") {
    // Of each range no more than the whole: what none of them gives is in no page either.
    const each = access.ranges.map((ranges) =>
      walk(ranges, sql`${all(conditions)} order by ${order} limit ${slice.limit}`),
    );
    return sql`select id from (${union(each, sql` union `)}) as found order by ${order} limit ${slice.limit}`;
  }
  return sql`select id from ${source(access)} where ${allOf([matching(viewer, filter), ...within(slice)])}
    order by ${order} limit ${slice.limit}`;
}

/** `select count`, counted no further than `most`. */
export function countOf(
  viewer: Viewer,
  filter: SimulationFilter,
  most: number,
): RawBuilder<{ readonly count: number }> {
  const access = accessTo(viewer, filter);
  if (access.by !== "ranges") {
    return sql`select count(*) as count from (
      select from ${source(access)} where ${matching(viewer, filter)} limit ${most}) as found`;
  }
  const counted = (ranges: Ranges) => {
    const walked = walk(ranges, sql`${all(createdWithin(filter))} limit ${most}`);
    return sql`(select count(*) from (${walked} limit ${most}) as counted)`;
  };
  const [first, second] = access.ranges;
  if (first === undefined) return sql`select 0 as count`;
  if (second === undefined) return sql`select ${counted(first)} as count`;
  // What is in both counts once. The case asks for no more than it needs.
  const inBoth = counted({ ...first, user: second.user });
  return sql`with one as materialized (select ${counted(first)} as count),
    other as materialized (select ${counted(second)} as count)
    select case
      when (select count from one) >= ${most} or (select count from other) >= ${most} then ${most}
      else least(${most}, (select count from one) + (select count from other) - ${inBoth})
    end as count`;
}

/** A walk through the index of these columns for each project and status; `rest` are conditions, order and limit. */
function walk({ projects, user, design, statuses }: Ranges, rest: RawBuilder<unknown>): RawBuilder<unknown> {
  const lists = [
    ...(projects === null ? [] : [sql`unnest(${[...projects]}::text[]) as of_project`]),
    ...(statuses === null ? [] : [sql`unnest(${[...statuses]}::text[]) as of_status`]),
  ];
  const equal = [
    ...(projects === null ? [] : [sql<boolean>`project_id = of_project`]),
    ...(user === null ? [] : [sql<boolean>`user_id = ${user}`]),
    ...(design === null ? [] : [sql<boolean>`design_id = ${design}`]),
    ...(statuses === null ? [] : [sql<boolean>`status = of_status`]),
  ];
  const from = lists.length === 0 ? sql`(select) as once` : sql.join(lists, sql` cross join `);
  return sql`select id from ${from} cross join lateral (
    select id from simulations where ${all(equal)} and ${rest}) as walked`;
}

function inOrder({ first }: Slice): RawBuilder<unknown> {
  return sql.raw(first === "newest" ? "id desc" : "id");
}

/** Where ids are named, only these rows are looked at, whatever else is asked of them. */
function source(access: { readonly by: "ids"; readonly ids: readonly string[] } | { readonly by: "search" }) {
  if (access.by === "search") return sql`simulations`;
  return sql`(select * from simulations where id = any(${uuidsOf(access.ids)}::uuid[]) offset 0) as simulations`;
}

function within({ from, above, upTo, below }: Bounds): RawBuilder<boolean>[] {
  return [
    ...(from === undefined ? [] : [sql<boolean>`id >= ${from}::uuid`]),
    ...(above === undefined ? [] : [sql<boolean>`id > ${above}::uuid`]),
    ...(upTo === undefined ? [] : [sql<boolean>`id <= ${upTo}::uuid`]),
    ...(below === undefined ? [] : [sql<boolean>`id < ${below}::uuid`]),
  ];
}

function all(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql<boolean>`true` : allOf(conditions);
}

/** Of nothing: nothing. */
function union(queries: readonly RawBuilder<unknown>[], by: RawBuilder<unknown>): RawBuilder<unknown> {
  if (queries.length === 0) return sql`select null::uuid as id where false`;
  return sql.join([...queries], by);
}
