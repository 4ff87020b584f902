// The oracle: every invariant, judged from what was seen outside and what is there at the end.
import type { History } from "../history.ts";
import { subscribersAgree, whatIsSeenIsStored } from "./agreement.ts";
import type { EndState } from "./end-state.ts";
import { attemptsRunOnce, nothingIsAskedLater, runsEndInTime } from "./engine-runs.ts";
import { type Evidence, evidenceOf, isTerminal } from "./evidence.ts";
import { countsAreTrue, limitsAreKept, nothingRemains } from "./figures.ts";
import { logsAreDense, logsDoNotShrink, streamsAreOrdered } from "./order.ts";
import { everythingSettles, noRunIsLeft, stopsEnd } from "./settled.ts";
import { keysAreUnique, startsFound } from "./starts.ts";
import { tenantsAreApart } from "./tenants.ts";
import { nothingAfterTheEnd, terminalStays } from "./terminal.ts";
import { type Harm, type Invariant, invariants, type Violation } from "./violation.ts";
import { attemptsAscend, tokensAreIssued, tokensAscend } from "./writers.ts";

const checks: readonly ((evidence: Evidence) => Iterable<Violation>)[] = [
  startsFound,
  keysAreUnique,
  terminalStays,
  streamsAreOrdered,
  logsAreDense,
  logsDoNotShrink,
  nothingAfterTheEnd,
  subscribersAgree,
  whatIsSeenIsStored,
  tokensAscend,
  tokensAreIssued,
  attemptsAscend,
  attemptsRunOnce,
  runsEndInTime,
  nothingIsAskedLater,
  noRunIsLeft,
  stopsEnd,
  tenantsAreApart,
  nothingRemains,
  countsAreTrue,
  limitsAreKept,
  everythingSettles,
];

/** Of each invariant so many are kept; all are counted. */
const keptOfEach = 20;

export interface Judgement {
  readonly holds: boolean;
  readonly violations: readonly Violation[];
  readonly byInvariant: ReadonlyMap<Invariant, number>;
  readonly byHarm: ReadonlyMap<Harm, number>;
  /** How much was judged: a run in which nothing happened proves nothing. */
  readonly judged: {
    readonly entries: number;
    readonly deliveries: number;
    readonly streams: number;
    readonly resumes: number;
    readonly starts: number;
    readonly unknownStarts: number;
    readonly simulations: number;
    readonly ended: number;
    readonly events: number;
    /** Of engines, by their ledgers. */
    readonly calls: number;
    readonly faults: number;
  };
}

/** Throws where the history is not whole, or contradicts itself. `dropped`: entries that the recorder let go. */
export function judge(history: History, end: EndState, dropped = 0): Judgement {
  if (dropped > 0) throw new Error(`${dropped} entries of the history were not kept: it cannot be judged.`);
  const evidence = evidenceOf(history, end);
  const violations: Violation[] = [];
  const byInvariant = new Map<Invariant, number>();
  const byHarm = new Map<Harm, number>();
  for (const check of checks) {
    for (const violation of check(evidence)) {
      const { invariant, harm } = violation;
      const found = (byInvariant.get(invariant) ?? 0) + 1;
      byInvariant.set(invariant, found);
      byHarm.set(harm, (byHarm.get(harm) ?? 0) + 1);
      if (found <= keptOfEach) violations.push(violation);
    }
  }
  return { holds: violations.length === 0, violations, byInvariant, byHarm, judged: judgedOf(evidence) };
}

function judgedOf({ history, end, streams, starts }: Evidence): Judgement["judged"] {
  const unknown = starts.filter(({ answered }) => answered === null || answered.outcome.kind === "unknown");
  return {
    entries: history.length,
    deliveries: history.filter(({ kind }) => kind === "event").length,
    streams: streams.length,
    resumes: streams.filter(({ opened }) => opened.after !== null && opened.after > 0).length,
    starts: starts.length,
    unknownStarts: unknown.length,
    simulations: end.rows.length,
    ended: end.rows.filter(({ status }) => isTerminal(status)).length,
    events: end.events.length,
    calls: end.calls.length,
    faults: history.filter((entry) => entry.kind === "fault" && entry.phase === "begins").length,
  };
}

/** A few lines for people: what was judged, and what did not hold. */
export function told({ violations, byInvariant, byHarm, judged }: Judgement): string {
  const { deliveries, streams, resumes, starts, simulations, calls, faults } = judged;
  const counts = [...byHarm].map(([harm, count]) => `${count} ${harm}`).join(", ") || "nothing wrong";
  return [
    `${faults} faults, ${starts} starts, ${simulations} simulations, ${streams} streams (${resumes} resumed), ${deliveries} deliveries, ${calls} calls of engines: ${counts}.`,
    ...[...byInvariant].map(([name, count]) => `${name} ${count} times violated: ${invariants[name]}.`),
    ...violations.map(({ invariant, simulation, detail }) => `${invariant} ${simulation ?? "-"}: ${detail}`),
  ].join("\n");
}
