// Who is next, without looking at all who wait: the lines of the projects are walked from their heads, and no
// further than the places that there are.
import { type RawBuilder, sql } from "kysely";
import type { AdmissionLimits } from "../core/ports/leases.ts";
import { admissible } from "./queue-order.ts";
import type { Database } from "./schema.ts";

/** So many of one user and project have a place. */
export interface Held {
  readonly project_id: string;
  readonly user_id: string;
  readonly runs: number;
}

export interface Waiting {
  readonly project_id: string;
  readonly id: string;
  readonly user_id: string;
}

/** What of a project waits, oldest first. */
interface Line {
  readonly project: string;
  /** Places that it has: the project with the fewest is next. */
  runs: number;
  readonly known: Waiting[];
  /** The last one that was read; null: there are no more behind those known. */
  end: string | null;
}

/** So many of each line are read at first: more than most projects get at a time. */
const readFirst = 4;

/**
 * Ids in the order of the queue (queue-order.ts), at most `count`, passing over whose project or user has all that
 * the limits allow, also by what was taken before in the same round.
 */
export async function inTurn(
  db: Database,
  held: readonly Held[],
  limits: Pick<AdmissionLimits, "perProject" | "perUser">,
  count: number,
): Promise<readonly string[]> {
  const ofProject = sums(held, (row) => row.project_id);
  const ofUser = sums(held, (row) => row.user_id);
  const isFull = (user: string) => (ofUser.get(user) ?? 0) >= limits.perUser;
  const fullUsers = () => [...ofUser.keys()].filter(isFull);
  const fullProjects = [...ofProject.keys()].filter((id) => (ofProject.get(id) ?? 0) >= limits.perProject);

  const first = Math.min(count, readFirst);
  const { rows } = await headsOf(fullProjects, fullUsers(), first).execute(db);
  const lines = linesOf(rows, first, ofProject);
  const chosen: string[] = [];
  while (chosen.length < count) {
    const open = lines.filter((line) => line.runs < limits.perProject);
    for (const { known } of open) dropWhile(known, ({ user_id }) => isFull(user_id));
    const next = leastOf(open.filter(({ known }) => known.length > 0));
    // A line whose next one is not known yet could have its turn before, or at the same time.
    const unknown = open.filter(
      ({ known, end, runs }) => known.length === 0 && end !== null && (next === null || runs <= next.runs),
    );
    if (unknown.length > 0) await readOn(db, unknown, fullUsers(), count);
    else if (next === null) break;
    else {
      const taken = next.known.shift();
      if (taken === undefined) break;
      chosen.push(taken.id);
      next.runs += 1;
      ofUser.set(taken.user_id, (ofUser.get(taken.user_id) ?? 0) + 1);
    }
  }
  return chosen;
}

/** The first `each` of each project's line, without those of full projects and users. */
export function headsOf(
  fullProjects: readonly string[],
  fullUsers: readonly string[],
  each: number,
): RawBuilder<Waiting> {
  // From project to project through the index, however many wait in each.
  return sql<Waiting>`
    with recursive projects as (
      (select s.project_id from simulations s where ${admissible} order by s.project_id limit 1)
      union all
      select (
        select s.project_id from simulations s where ${admissible} and s.project_id > projects.project_id
        order by s.project_id limit 1
      ) from projects where projects.project_id is not null
    )
    select waiting.* from projects cross join lateral (
      ${ahead(sql`projects.project_id`, null, fullUsers, each)}
    ) as waiting
    where projects.project_id is not null
      and projects.project_id <> all(${[...fullProjects]}::text[])`;
}

async function readOn(
  db: Database,
  lines: readonly Line[],
  fullUsers: readonly string[],
  each: number,
): Promise<void> {
  const projects = lines.map(({ project }) => project);
  const ends = lines.map(({ end }) => end);
  const { rows } = await sql<Waiting>`
    select waiting.* from unnest(${projects}::text[], ${ends}::uuid[]) as line (project_id, last) cross join lateral (
      ${ahead(sql`line.project_id`, sql`line.last`, fullUsers, each)}
    ) as waiting`.execute(db);
  const read = byProject(rows);
  for (const line of lines) {
    line.known.push(...(read.get(line.project) ?? []));
    line.end = endOf(line.known, each);
  }
}

function ahead(
  project: RawBuilder<unknown>,
  last: RawBuilder<unknown> | null,
  fullUsers: readonly string[],
  each: number,
): RawBuilder<Waiting> {
  const behind = last === null ? sql`true` : sql`s.id > ${last}`;
  return sql<Waiting>`
    select s.project_id, s.id, s.user_id from simulations s
    where ${admissible} and s.project_id = ${project} and ${behind}
      and s.user_id <> all(${[...fullUsers]}::text[])
    order by s.id limit ${each}`;
}

function linesOf(rows: readonly Waiting[], each: number, runs: ReadonlyMap<string, number>): Line[] {
  return [...byProject(rows)].map(([project, known]) => ({
    project,
    runs: runs.get(project) ?? 0,
    known,
    end: endOf(known, each),
  }));
}

/** Each oldest first. */
function byProject(rows: readonly Waiting[]): Map<string, Waiting[]> {
  const groups = Map.groupBy(rows, ({ project_id }) => project_id);
  for (const group of groups.values()) group.sort((a, b) => (a.id < b.id ? -1 : 1));
  return groups;
}

/** `read`: what came of asking for `each`. */
function endOf(read: readonly Waiting[], each: number): string | null {
  return read.length < each ? null : (read.at(-1)?.id ?? null);
}

/** The fewest runs, among equals the oldest one that waits. */
function leastOf(lines: readonly Line[]): Line | null {
  const isBefore = (one: Line, other: Line) =>
    one.runs < other.runs || (one.runs === other.runs && firstId(one) < firstId(other));
  return lines.reduce<Line | null>(
    (least, line) => (least === null || isBefore(line, least) ? line : least),
    null,
  );
}

function firstId({ known }: Line): string {
  return known[0]?.id ?? "";
}

function dropWhile<T>(items: T[], drops: (item: T) => boolean): void {
  const kept = items.findIndex((item) => !drops(item));
  items.splice(0, kept === -1 ? items.length : kept);
}

function sums(held: readonly Held[], key: (row: Held) => string): Map<string, number> {
  const sum = new Map<string, number>();
  for (const row of held) sum.set(key(row), (sum.get(key(row)) ?? 0) + row.runs);
  return sum;
}
