// The figures that the replicas give of themselves: I14 and I15.
import type { Counted, EndRow } from "./end-state.ts";
import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I14. */
export function* nothingRemains({ end }: Evidence): Iterable<Violation> {
  for (const { where, what, count } of end.remainders) {
    if (count === 0) continue;
    const detail = `${where} still has ${count} ${what}.`;
    yield { invariant: "I14", harm: "left over", simulation: null, detail };
  }
}

/** I15: the count is the truth, and within the limit. */
export function* countsAreTrue({ end, rows }: Evidence): Iterable<Violation> {
  const truth = tally(rows.values());
  for (const { scope, of, counted, limit } of end.counted) {
    const there = truth.get(name(scope, of)) ?? 0;
    const whose = `${scope} ${of}`.trim();
    if (counted !== null && counted !== there) {
      const detail = `${counted} are counted of ${whose}; there are ${there}.`;
      yield { invariant: "I15", harm: "miscounted", simulation: null, detail };
    }
    if (limit !== null && there > limit) {
      const detail = `There are ${there} of ${whose}, of at most ${limit}.`;
      yield { invariant: "I15", harm: "miscounted", simulation: null, detail };
    }
  }
}

/** I15 while it ran: no more places were taken than there may be, at no moment that was looked at. */
export function* limitsAreKept({ end }: Evidence): Iterable<Violation> {
  for (const { scope, of, most, limit } of end.observed) {
    if (most <= limit) continue;
    const detail = `${most} of ${`${scope} ${of}`.trim()} held a place at once, of at most ${limit}.`;
    yield { invariant: "I15", harm: "miscounted", simulation: null, detail };
  }
}

function tally(rows: Iterable<EndRow>): ReadonlyMap<string, number> {
  const truth = new Map<string, number>();
  const add = (scope: Counted["scope"], of: string) => {
    truth.set(name(scope, of), (truth.get(name(scope, of)) ?? 0) + 1);
  };
  for (const { status, user, project, engine } of rows) {
    if (status === "QUEUED") add("queued", user);
    if (status !== "STARTING" && status !== "RUNNING" && status !== "PAUSED") continue;
    add("total", "");
    add("project", project);
    add("user", user);
    if (engine !== null) add("engine", engine);
  }
  return truth;
}

function name(scope: Counted["scope"], of: string): string {
  return `${scope} ${scope === "total" ? "" : of}`;
}
