// The order of what was stored and of what each stream brought: I4 and I5.
import type { EventSeen, StreamState } from "../history.ts";
import { type Evidence, isTerminal, type Log, type Stream } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I5 for the logs themselves: dense from 1, to where the row says. */
export function* logsAreDense({ rows, logs, end }: Evidence): Iterable<Violation> {
  const violation = (simulation: string, detail: string): Violation => {
    return { invariant: "I5", harm: "lost", simulation, detail };
  };
  for (const { id, lastSeq } of rows.values()) {
    const log = logs.get(id);
    const last = log?.events.at(-1)?.seq ?? 0;
    if (last !== lastSeq) yield violation(id, `The log ends at ${last}; the row says ${lastSeq}.`);
    if (log !== undefined && log.bySeq.size !== log.events.length) {
      const detail = "Two events of its log have the same seq.";
      yield { invariant: "I4", harm: "doubled", simulation: id, detail };
    }
    if (end.metricsDropped === true) continue;
    const hole = log?.events.find(({ seq }, index) => seq > (log.events[index - 1]?.seq ?? 0) + 1);
    if (hole !== undefined) yield violation(id, `The log has a hole before ${hole.seq}.`);
  }
}

/** I5: what was once read of a row is still there. */
export function* logsDoNotShrink({ rows, looks }: Evidence): Iterable<Violation> {
  const told = new Set<string>();
  for (const { client, simulation, lastSeq = 0 } of looks) {
    const row = rows.get(simulation);
    if (row === undefined || lastSeq <= row.lastSeq || told.has(simulation)) continue;
    told.add(simulation);
    const detail = `${client} read that its log goes to ${lastSeq}; the row says ${row.lastSeq}.`;
    yield { invariant: "I5", harm: "lost", simulation, detail };
  }
}

/** I4 and I5 for every stream. */
export function* streamsAreOrdered(evidence: Evidence): Iterable<Violation> {
  for (const stream of evidence.streams) yield* new Walk(stream, evidence).violations();
}

/** Follows one stream from where it was asked to begin. */
class Walk {
  readonly #stream: Stream;
  readonly #evidence: Evidence;
  readonly #log: Log | undefined;
  readonly #lastStored: number;
  readonly #seen = new Set<number>();
  /** The greatest seq that the client knows by now. */
  #position: number;
  /** From the newest: until the stream says where it stands, what comes is the picture of that moment. */
  #isPicture: boolean;
  #gapTold = false;

  constructor(stream: Stream, evidence: Evidence) {
    this.#stream = stream;
    this.#evidence = evidence;
    this.#log = evidence.logs.get(stream.opened.simulation);
    this.#lastStored = this.#log?.events.at(-1)?.seq ?? 0;
    this.#isPicture = stream.opened.after === null;
    this.#position = stream.opened.after ?? 0;
  }

  *violations(): Iterable<Violation> {
    for (const item of this.#stream.items) {
      if (item.kind === "event") yield* this.#event(item);
      else yield* this.#state(item);
    }
    if (this.#stream.completed) yield* this.#completed();
    else yield* this.#refused();
  }

  *#event({ seq }: EventSeen): Iterable<Violation> {
    if (seq <= this.#position) {
      const isKnown = this.#seen.has(seq) || seq <= (this.#stream.opened.after ?? 0);
      const harm = isKnown ? "doubled" : "out of order";
      const detail = `brought the event ${seq} when it had come to ${this.#position}`;
      yield this.#violation("I4", harm, detail);
      return;
    }
    this.#seen.add(seq);
    if (!this.#isPicture) yield* this.#passedOver(seq - 1);
    this.#position = seq;
  }

  *#state({ state, seq }: StreamState): Iterable<Violation> {
    if (this.#isPicture && seq >= this.#position) {
      this.#isPicture = false;
      this.#position = seq;
      return;
    }
    this.#isPicture = false;
    if (seq < this.#position) {
      yield this.#violation(
        "I4",
        "out of order",
        `said ${state} at ${seq}, and had come to ${this.#position}`,
      );
      return;
    }
    if (state === "GAP") yield* this.#gap(seq);
    else yield* this.#passedOver(seq);
    this.#position = seq;
  }

  // Only what is not stored any more may be given up.
  *#gap(through: number): Iterable<Violation> {
    this.#gapTold = true;
    const last = Math.min(through, this.#lastStored);
    for (let seq = this.#position + 1; seq <= last; seq += 1) {
      if (this.#log?.bySeq.has(seq) !== true) continue;
      yield this.#violation("I5", "lost", `gave up ${seq}, which is stored`);
      return;
    }
  }

  // Everything up to there has come, or was not asked for.
  *#passedOver(through: number): Iterable<Violation> {
    const last = Math.min(through, this.#lastStored + 1);
    for (let seq = this.#position + 1; seq <= last; seq += 1) {
      if (this.#mayBeMissing(seq)) continue;
      yield this.#violation("I5", "lost", `passed over ${seq} on the way to ${through + 1}`);
      return;
    }
  }

  #mayBeMissing(seq: number): boolean {
    const { types, maxRate } = this.#stream.opened;
    const stored = this.#log?.bySeq.get(seq);
    if (stored === undefined) {
      const goneUnsaid = maxRate !== null || (types !== null && !types.includes("METRICS_SAMPLED"));
      return this.#evidence.end.metricsDropped === true && (this.#gapTold || goneUnsaid);
    }
    if (types !== null && !types.includes(stored.type)) return true;
    return maxRate !== null && stored.type === "METRICS_SAMPLED";
  }

  *#completed(): Iterable<Violation> {
    const row = this.#evidence.rows.get(this.#stream.opened.simulation);
    if (row === undefined) return;
    if (!isTerminal(row.status)) {
      yield this.#violation("I5", "lost", `completed, and the simulation is ${row.status}`);
    }
    if (!this.#isPicture) yield* this.#passedOver(row.lastSeq);
  }

  // "There is nothing there yet" is an untruth where the client has seen it.
  *#refused(): Iterable<Violation> {
    if (this.#stream.closed?.code !== "CURSOR_OUT_OF_RANGE") return;
    const { after } = this.#stream.opened;
    const { lastSeq = 0 } = this.#evidence.rows.get(this.#stream.opened.simulation) ?? {};
    if (after === null || after > lastSeq) return;
    yield this.#violation("I5", "lost", `was refused after ${after}, and the log goes to ${lastSeq}`);
  }

  #violation(invariant: "I4" | "I5", harm: Violation["harm"], what: string): Violation {
    const { stream, client, simulation, replica } = this.#stream.opened;
    return { invariant, harm, simulation, detail: `${stream} of ${client} at ${replica} ${what}.` };
  }
}
