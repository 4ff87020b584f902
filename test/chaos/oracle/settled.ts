// Where everything stands when the faults are over: I11, I12 and I16.
import type { EndRow } from "./end-state.ts";
import { type Evidence, isTerminal } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** From the end of the faults to a settled state, ms. */
const settleMs = 30_000;

/** I11: also a run whose simulation is not known is one that nobody will end. */
export function* noRunIsLeft({ rows, end }: Evidence): Iterable<Violation> {
  for (const { engine, simulation, attempt, state } of end.runs) {
    if (state !== "RUNNING" && state !== "PAUSED" && state !== "QUEUED") continue;
    const row = rows.get(simulation);
    if (row !== undefined && !isTerminal(row.status)) continue;
    const detail = `Attempt ${attempt} is ${state} on ${engine}; the simulation is ${row?.status ?? "unknown"}.`;
    yield { invariant: "I11", harm: "left over", simulation, detail };
  }
}

/** I12: it may have ended otherwise before the stop arrived, but it has ended. */
export function* stopsEnd({ intents, rows }: Evidence): Iterable<Violation> {
  const told = new Set<string>();
  for (const { asked, answered } of intents) {
    if (asked.intent !== "stop" || answered?.outcome.kind !== "accepted") continue;
    const { simulation } = asked;
    const row = rows.get(simulation);
    if (row === undefined || isTerminal(row.status) || told.has(simulation)) continue;
    told.add(simulation);
    const detail = `The stop ${asked.call} was acknowledged; the simulation is ${row.status}.`;
    yield { invariant: "I12", harm: "stuck", simulation, detail };
  }
}

/** I16. What is to be stopped, and is not, is I12. */
export function* everythingSettles({ rows, calm, intents }: Evidence): Iterable<Violation> {
  for (const row of rows.values()) {
    const why = unsettled(row);
    if (why !== null) yield { invariant: "I16", harm: "stuck", simulation: row.id, detail: why };
  }
  if (calm === null) return;
  const stoppedLater = new Set(
    intents
      .filter(({ asked }) => asked.intent === "stop" && asked.t > calm.t)
      .map(({ asked }) => asked.simulation),
  );
  for (const { id, desired, endedAt } of rows.values()) {
    if (desired !== "STOPPED" || endedAt === null || stoppedLater.has(id)) continue;
    const lateMs = endedAt - calm.wall;
    if (lateMs <= settleMs) continue;
    const detail = `It was to be stopped, and ended ${Math.round(lateMs / 1000)} s after the last fault.`;
    yield { invariant: "I16", harm: "stuck", simulation: id, detail };
  }
}

function unsettled({ status, desired, waiting, stale }: EndRow): string | null {
  if (isTerminal(status) || desired === "STOPPED") return null;
  if (status === "QUEUED") return waiting === null ? "It is QUEUED, and nobody says what for." : null;
  if (status !== desired) return `It is ${status}, and ${desired} was asked for.`;
  return stale === null ? null : `It is ${status} by an old word: ${stale}`;
}
