// The runs of the engines by their own ledgers: what was replaced or over ends in time, and nothing runs twice
// (I10, I11, I12).
import type { EndState, EngineCall, EngineLife, RunEnd } from "./end-state.ts";
import { type Evidence, isTerminal } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** Beyond the orphan timeout: an engine that stands still ends nothing until it goes on, ms. */
const slackMs = 15_000;

/** One run of one life of an engine. Wall ms. */
interface Run {
  readonly engine: string;
  readonly simulation: string;
  readonly attempt: number;
  readonly from: number;
  /** Null: not by its own word. */
  readonly endedAt: number | null;
  /** It was under way at least until then: its end, or the last word of an engine that knew of no end. */
  readonly to: number;
}

/** Why a run of that attempt has nothing more to do, and since when, wall ms. */
interface Over {
  readonly invariant: "I10" | "I11" | "I12";
  readonly why: string;
  readonly at: number;
}

/** From when on a run must end: by a stop of its owner, or by itself within the orphan timeout. */
export function* runsEndInTime(evidence: Evidence): Iterable<Violation> {
  const { end } = evidence;
  for (const { engine, simulation, attempt, from, endedAt, to } of runsOf(end)) {
    const over = overSince(evidence, simulation, attempt);
    if (over === null) continue;
    const lateMs = to - Math.max(over.at, from) - end.orphanTimeoutMs;
    if (lateMs <= slackMs) continue;
    const what = endedAt === null ? "had not ended" : "ended";
    const detail = `Attempt ${attempt} on ${engine} ${what} ${seconds(to - over.at)} after ${over.why}.`;
    yield { invariant: over.invariant, harm: "left over", simulation, detail };
  }
}

/** Afterwards a run is ended and forgotten, and nothing else is asked of it. */
export function* nothingIsAskedLater(evidence: Evidence): Iterable<Violation> {
  const { calls, orphanTimeoutMs } = evidence.end;
  for (const { engine, simulation, attempt, call, at } of calls) {
    if (call === "stop" || call === "forget") continue;
    const over = overSince(evidence, simulation, attempt);
    if (over === null || at - over.at <= orphanTimeoutMs + slackMs) continue;
    const invariant = over.invariant === "I10" ? "I10" : "I11";
    const detail = `${engine} accepted ${call} for attempt ${attempt} ${seconds(at - over.at)} after ${over.why}.`;
    yield { invariant, harm: "left over", simulation, detail };
  }
}

/** One attempt is one run: on no two engines at once. */
export function* attemptsRunOnce({ end }: Evidence): Iterable<Violation> {
  const groups = Map.groupBy(runsOf(end), ({ simulation, attempt }) => `${simulation} ${attempt}`);
  for (const runs of groups.values()) {
    const [one, other] = runs.flatMap((run, index) => {
      const twin = runs.slice(index + 1).find(({ from, to }) => from < run.to && run.from < to);
      return twin === undefined ? [] : [run, twin];
    });
    if (one === undefined || other === undefined) continue;
    const detail = `Attempt ${one.attempt} ran on ${one.engine} and on ${other.engine} at once.`;
    yield { invariant: "I10", harm: "doubled", simulation: one.simulation, detail };
  }
}

function runsOf({ calls, ends, lives }: EndState): Run[] {
  const nameOf = (one: EngineCall | RunEnd) => `${one.engine} ${one.simulation} ${one.attempt}`;
  const endOf = new Map(ends.map((one) => [nameOf(one), one.at]));
  const lifeOf = new Map(lives.map((life): [string, EngineLife] => [life.engine, life]));
  const runs = new Map<string, Run>();
  for (const one of calls) {
    const name = nameOf(one);
    const { engine, simulation, attempt, call, at: from } = one;
    // The same start again begins nothing.
    if (call !== "start" || runs.has(name)) continue;
    const endedAt = endOf.get(name) ?? null;
    const to = endedAt ?? lifeOf.get(engine)?.to ?? from;
    runs.set(name, { engine, simulation, attempt, from, endedAt, to });
  }
  return [...runs.values()];
}

function overSince({ rows, logs }: Evidence, simulation: string, attempt: number): Over | null {
  const next = logs.get(simulation)?.events.find(({ begins }) => begins !== null && begins.attempt > attempt);
  if (next !== undefined) {
    return { invariant: "I10", why: `attempt ${next.begins?.attempt} had begun`, at: next.at };
  }
  const row = rows.get(simulation);
  if (row === undefined || !isTerminal(row.status) || row.endedAt === null) return null;
  const invariant = row.desired === "STOPPED" ? "I12" : "I11";
  return { invariant, why: `the simulation was ${row.status}`, at: row.endedAt };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
