// Who wrote: no owner that was replaced (I9), no attempt that was replaced (I10).
import type { EndEvent } from "./end-state.ts";
import { type Evidence, isTerminal } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** Between the database and an engine, which share a machine. */
const clocksDifferMs = 100;

/** I9: tokens never go back, in the log, in what was read of a row, in what an engine accepted. */
export function* tokensAscend(evidence: Evidence): Iterable<Violation> {
  const { rows, logs, looks, end } = evidence;
  for (const [simulation, { events }] of logs) {
    let highest = 0;
    for (const { seq, token } of events) {
      if (token === null) continue;
      if (token < highest)
        yield stale(simulation, `Event ${seq} was written with ${token}, after ${highest}.`);
      highest = Math.max(highest, token);
    }
    const { token = highest } = rows.get(simulation) ?? {};
    if (highest > token) yield stale(simulation, `The log knows token ${highest}; the row has ${token}.`);
  }

  const read = new Map<string, number>();
  for (const { client, simulation, token } of looks) {
    if (token === undefined) continue;
    const name = `${client} ${simulation}`;
    const before = read.get(name) ?? 0;
    if (token < before) yield stale(simulation, `${client} read token ${before}, and later ${token}.`);
    read.set(name, Math.max(before, token));
  }

  const accepted = new Map<string, number>();
  for (const { engine, simulation, token, call } of end.calls) {
    const name = `${engine} ${simulation}`;
    const before = accepted.get(name) ?? 0;
    const issued = rows.get(simulation)?.token ?? token;
    if (token < before) {
      yield stale(simulation, `${engine} accepted ${call} with token ${token}, after ${before}.`);
    } else if (token > issued) {
      yield stale(simulation, `${engine} accepted ${call} with token ${token}; the row has ${issued}.`);
    }
    accepted.set(name, Math.max(before, token));
  }
}

/** I9: no engine has accepted a token before the database had given it to an owner. */
export function* tokensAreIssued({ end }: Evidence): Iterable<Violation> {
  const issued = new Map(end.issued.map(({ simulation, token, at }) => [`${simulation} ${token}`, at]));
  for (const { engine, simulation, token, call, at } of end.calls) {
    const givenAt = issued.get(`${simulation} ${token}`) ?? at;
    if (at >= givenAt - clocksDifferMs) continue;
    const detail = `${engine} accepted ${call} with token ${token} ${Math.round(givenAt - at)} ms before it was given.`;
    yield stale(simulation, detail);
  }
}

/** I10: attempts ascend, and the engine's numbers go on without a repeat; superseded runs are over. */
export function* attemptsAscend({ rows, logs, looks, end }: Evidence): Iterable<Violation> {
  for (const [simulation, { events }] of logs) {
    const account = new Attempts(simulation, end.metricsDropped === true);
    for (const event of events) yield* account.take(event);
    const { attempt = account.attempt } = rows.get(simulation) ?? {};
    if (account.attempt <= attempt) continue;
    yield superseded(simulation, `The log knows attempt ${account.attempt}; the row has ${attempt}.`);
  }
  for (const { client, simulation, attempt = 0 } of looks) {
    const now = rows.get(simulation)?.attempt ?? attempt;
    if (attempt > now) yield superseded(simulation, `${client} read attempt ${attempt}; the row has ${now}.`);
  }
  for (const { engine, simulation, attempt, state } of end.runs) {
    const row = rows.get(simulation);
    if (row === undefined || isTerminal(row.status) || attempt >= row.attempt) continue;
    if (state !== "RUNNING" && state !== "PAUSED" && state !== "QUEUED") continue;
    const detail = `${engine} still runs attempt ${attempt}; it was superseded by ${row.attempt}.`;
    yield { invariant: "I10", harm: "left over", simulation, detail };
  }
}

class Attempts {
  readonly #simulation: string;
  readonly #mayHaveHoles: boolean;
  /** 0: none has been named yet. */
  attempt = 0;
  #engineSeq = 0;

  constructor(simulation: string, mayHaveHoles: boolean) {
    this.#simulation = simulation;
    this.#mayHaveHoles = mayHaveHoles;
  }

  *take({ seq, begins, attempt, engineSeq }: EndEvent): Iterable<Violation> {
    if (begins !== null) {
      if (begins.attempt <= this.attempt) {
        yield this.#superseded(`Event ${seq} begins attempt ${begins.attempt} after ${this.attempt}.`);
      }
      this.attempt = begins.attempt;
      if (!begins.replay) this.#engineSeq = 0;
    }
    if (attempt !== null && attempt < this.attempt) {
      yield this.#superseded(`Event ${seq} is of attempt ${attempt}, after ${this.attempt} had begun.`);
    }
    if (attempt !== null) this.attempt = Math.max(this.attempt, attempt);
    if (engineSeq === null) return;
    if (engineSeq <= this.#engineSeq) {
      yield this.#superseded(`Event ${seq} is the engine's ${engineSeq}, after its ${this.#engineSeq}.`);
    } else if (engineSeq > this.#engineSeq + 1 && !this.#mayHaveHoles) {
      const detail = `Event ${seq} is the engine's ${engineSeq}, and ${this.#engineSeq + 1} is missing.`;
      yield { invariant: "I5", harm: "lost", simulation: this.#simulation, detail };
    }
    this.#engineSeq = engineSeq;
  }

  #superseded(detail: string): Violation {
    return superseded(this.#simulation, detail);
  }
}

function stale(simulation: string, detail: string): Violation {
  return { invariant: "I9", harm: "stale write", simulation, detail };
}

function superseded(simulation: string, detail: string): Violation {
  return { invariant: "I10", harm: "stale write", simulation, detail };
}
