// Looks at the rows all the time, at how many simulations hold a place: in all, of each project, of each user. One
// look is one statement, so it sees one moment; what is between two looks is not seen.
import type { Audit } from "./audit.ts";
import type { Observed } from "./oracle/end-state.ts";

/** Places that may be taken at a time; the same words as the settings of the service. */
export interface Places {
  readonly total: number;
  readonly perProject: number;
  readonly perUser: number;
}

interface Held {
  readonly project: string;
  readonly user: string;
  readonly held: number;
  readonly queued: number;
}

const lookEveryMs = 300;

// What the service itself counts when it admits.
const statement = `select project_id as project, user_id as user,
    count(*) filter (where status <> 'QUEUED')::int as held,
    count(*) filter (where status = 'QUEUED')::int as queued
  from simulations where status in ('QUEUED', 'STARTING', 'RUNNING', 'PAUSED') group by project_id, user_id`;

export class Occupancy {
  readonly #limits: Places;
  readonly #most = new Map<string, Observed>();
  looks = 0;
  /** Looks at which somebody waited. */
  waits = 0;

  constructor(limits: Places) {
    this.#limits = limits;
  }

  /** The most that was seen of each. */
  get observed(): readonly Observed[] {
    return [...this.#most.values()];
  }

  /** One moment. */
  see(rows: readonly Held[]): void {
    const { total, perProject, perUser } = this.#limits;
    this.looks += 1;
    if (rows.some(({ queued }) => queued > 0)) this.waits += 1;
    this.#note("total", "", sumOf(rows), total);
    for (const [project, some] of Map.groupBy(rows, (row) => row.project)) {
      this.#note("project", project, sumOf(some), perProject);
    }
    for (const [user, some] of Map.groupBy(rows, (row) => row.user)) {
      this.#note("user", user, sumOf(some), perUser);
    }
  }

  #note(scope: Observed["scope"], of: string, most: number, limit: number): void {
    const name = `${scope} ${of}`;
    if (most > (this.#most.get(name)?.most ?? -1)) this.#most.set(name, { scope, of, most, limit });
  }
}

/** Until the answer is called; a look that fails, since the database is away, is left out. */
export function watchOccupancy(audit: Audit, occupancy: Occupancy): () => void {
  let looking = false;
  const look = async () => {
    if (looking) return;
    looking = true;
    const rows = await audit.rows<Held>(statement).catch(() => null);
    if (rows !== null) occupancy.see(rows);
    looking = false;
  };
  const timer = setInterval(() => void look(), lookEveryMs);
  return () => clearInterval(timer);
}

function sumOf(rows: readonly Held[]): number {
  return rows.reduce((sum, { held }) => sum + held, 0);
}
