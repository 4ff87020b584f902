// Pages of the list, newest first. Ids sort by the time of creation and never change, so an id is a cursor that
// stays valid while simulations come.
import { limits } from "../core/limits.ts";
import type { PageRequest, SimulationFilter, SimulationPage } from "../core/ports/store.ts";
import type { Viewer } from "../core/viewer.ts";
import { accessTo } from "./access.ts";
import { type Bounds, countOf, idsOf, rowsOf, type Slice } from "./id-queries.ts";
import { simulationOf } from "./rows.ts";
import type { Database } from "./schema.ts";
import { bounded } from "./search-bound.ts";
import { cursorIn } from "./uuid.ts";

/** Where lists are read: what an index serves, and what has to be searched for. */
export interface ListDatabases {
  readonly db: Database;
  /** Ends a statement that takes longer than `limits.listSearchMs`, where the database can. */
  readonly searches: Database;
}

/** hasNext: older ones match as well, in the page's bounds or beyond them; hasPrevious: newer ones. */
export async function list(
  databases: ListDatabases,
  viewer: Viewer,
  filter: SimulationFilter,
  page: PageRequest,
): Promise<SimulationPage> {
  const after = page.after === undefined ? undefined : cursorIn(page.after, "after");
  const before = page.before === undefined ? undefined : cursorIn(page.before, "before");
  return reading(databases, viewer, filter, async (db) => {
    // One more than asked, to see whether there are more.
    const slice: Slice = {
      above: before,
      below: after,
      first: page.fromEnd ? "oldest" : "newest",
      limit: page.limit + 1,
    };
    const { rows } = await rowsOf(viewer, filter, slice).execute(db);
    const more = rows.length > page.limit;
    const simulations = rows.slice(0, page.limit).map(simulationOf);
    if (page.fromEnd) simulations.reverse();

    // Beyond a bound that was given there may be more, which only another look can tell. The bound itself counts.
    const newest = simulations[0]?.id;
    const oldest = simulations.at(-1)?.id;
    const any = (bounds: Bounds) => isAny(db, viewer, filter, bounds);
    const newer = async () =>
      after !== undefined && any(newest === undefined ? { from: after } : { above: newest });
    const older = async () =>
      before !== undefined && any(oldest === undefined ? { upTo: before } : { below: oldest });
    return {
      simulations,
      hasPrevious: (page.fromEnd && more) || (await newer()),
      hasNext: (!page.fromEnd && more) || (await older()),
    };
  });
}

export async function count(
  databases: ListDatabases,
  viewer: Viewer,
  filter: SimulationFilter,
  most: number = limits.listCountMax + 1,
): Promise<number> {
  return reading(databases, viewer, filter, async (db) => {
    const { rows } = await countOf(viewer, filter, most).execute(db);
    return rows[0]?.count ?? 0;
  });
}

function reading<T>(
  { db, searches }: ListDatabases,
  viewer: Viewer,
  filter: SimulationFilter,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  return accessTo(viewer, filter).by === "search" ? bounded(() => work(searches)) : work(db);
}

async function isAny(
  db: Database,
  viewer: Viewer,
  filter: SimulationFilter,
  bounds: Bounds,
): Promise<boolean> {
  const { rows } = await idsOf(viewer, filter, { ...bounds, first: "newest", limit: 1 }).execute(db);
  return rows.length > 0;
}
