// Pages of the list, newest first. Ids sort by the time of creation and never change, so an id is a cursor that
// stays valid while simulations come.
import { type RawBuilder, sql } from "kysely";
import type { PageRequest, SimulationFilter, SimulationPage } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import type { Viewer } from "../core/viewer.ts";
import { allOf, matching } from "./filters.ts";
import { simulationOf } from "./rows.ts";
import type { Database } from "./schema.ts";
import { uuidOf } from "./uuid.ts";

/** hasNext: older ones match as well, in the page's bounds or beyond them; hasPrevious: newer ones. */
export async function list(
  db: Database,
  viewer: Viewer,
  filter: SimulationFilter,
  page: PageRequest,
): Promise<SimulationPage> {
  const after = cursorOf(page.after);
  const before = cursorOf(page.before);
  if (after === null || before === null) return { simulations: [], hasNext: false, hasPrevious: false };
  const matches = matching(viewer, filter);
  const found = await take(db, page, [
    matches,
    ...(after === undefined ? [] : [olderThan(after)]),
    ...(before === undefined ? [] : [newerThan(before)]),
  ]);
  const more = found.length > page.limit;
  const simulations = found.slice(0, page.limit);
  if (page.fromEnd) simulations.reverse();

  // Beyond a bound that was given there may be more, which only another look can tell.
  const newest = simulations[0]?.id;
  const oldest = simulations.at(-1)?.id;
  const newer = async () =>
    after !== undefined && any(db, matches, newest === undefined ? atOrNewerThan(after) : newerThan(newest));
  const older = async () =>
    before !== undefined &&
    any(db, matches, oldest === undefined ? atOrOlderThan(before) : olderThan(oldest));
  return {
    simulations,
    hasPrevious: (page.fromEnd && more) || (await newer()),
    hasNext: (!page.fromEnd && more) || (await older()),
  };
}

export async function count(db: Database, viewer: Viewer, filter: SimulationFilter): Promise<number> {
  const row = await db
    .selectFrom("simulations")
    .select((select) => select.fn.countAll<number>().as("count"))
    .where(matching(viewer, filter))
    .executeTakeFirstOrThrow();
  return row.count;
}

/** One more than asked, to see whether there are more. */
async function take(
  db: Database,
  page: PageRequest,
  conditions: readonly RawBuilder<boolean>[],
): Promise<Simulation[]> {
  const rows = await db
    .selectFrom("simulations")
    .selectAll()
    .where(allOf(conditions))
    .orderBy("id", page.fromEnd ? "asc" : "desc")
    .limit(page.limit + 1)
    .execute();
  return rows.map(simulationOf);
}

async function any(
  db: Database,
  matches: RawBuilder<boolean>,
  beyond: RawBuilder<boolean>,
): Promise<boolean> {
  const row = await db
    .selectFrom("simulations")
    .select("id")
    .where(allOf([matches, beyond]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

const olderThan = (id: string) => sql<boolean>`simulations.id < ${id}::uuid`;
const newerThan = (id: string) => sql<boolean>`simulations.id > ${id}::uuid`;
const atOrNewerThan = (id: string) => sql<boolean>`simulations.id >= ${id}::uuid`;
const atOrOlderThan = (id: string) => sql<boolean>`simulations.id <= ${id}::uuid`;

/** Null: given, but no id; nothing is older or newer than what never was. */
function cursorOf(id: string | undefined): string | null | undefined {
  return id === undefined ? undefined : uuidOf(id);
}
