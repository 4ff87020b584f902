// The end of a simulation: I3 and I6.
import type { SimulationStatus } from "../../../src/core/simulation.ts";
import { type Evidence, isTerminal, type Stream } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I3: one terminal status for the row, the log, every subscriber and every read; and it stays. */
export function* terminalStays(evidence: Evidence): Iterable<Violation> {
  yield* oneTerminalStatus(evidence);
  yield* readsDoNotGoBack(evidence);
}

function* oneTerminalStatus(evidence: Evidence): Iterable<Violation> {
  const said = new Map<string, Set<SimulationStatus>>();
  for (const [simulation, status] of terminalWords(evidence)) {
    const before = said.get(simulation);
    if (before === undefined) said.set(simulation, new Set([status]));
    else before.add(status);
  }
  for (const [simulation, statuses] of said) {
    const status = evidence.rows.get(simulation)?.status;
    const words = [...statuses].sort().join(" and ");
    if (statuses.size > 1) {
      const detail = `It was said to have ended as ${words}.`;
      yield { invariant: "I3", harm: "changed", simulation, detail };
    } else if (status !== undefined && !isTerminal(status)) {
      const detail = `It was said to have ended as ${words}; its row is ${status}.`;
      yield { invariant: "I3", harm: "changed", simulation, detail };
    }
  }
}

function* terminalWords(evidence: Evidence): Iterable<readonly [string, SimulationStatus]> {
  const { rows, logs, streams, looks, intents } = evidence;
  for (const { id, status } of rows.values()) if (isTerminal(status)) yield [id, status];
  for (const { events } of logs.values()) {
    for (const { simulation, status } of events) {
      if (status !== null && isTerminal(status)) yield [simulation, status];
    }
  }
  for (const { items } of streams) {
    for (const item of items) {
      if (item.kind !== "event" || item.status === null) continue;
      if (isTerminal(item.status)) yield [item.simulation, item.status];
    }
  }
  for (const { simulation, status } of looks) if (isTerminal(status)) yield [simulation, status];
  for (const { asked, answered } of intents) {
    if (answered?.outcome.kind !== "accepted") continue;
    if (isTerminal(answered.outcome.status)) yield [asked.simulation, answered.outcome.status];
  }
}

// Of one client, which looks at one simulation one time after the other.
function* readsDoNotGoBack({ looks }: Evidence): Iterable<Violation> {
  const ended = new Map<string, SimulationStatus>();
  for (const { client, simulation, status } of looks) {
    const name = `${client} ${simulation}`;
    const before = ended.get(name);
    if (isTerminal(status)) ended.set(name, status);
    if (before === undefined || isTerminal(status)) continue;
    const detail = `${client} read ${before}, and later ${status}.`;
    yield { invariant: "I3", harm: "changed", simulation, detail };
  }
}

/** I6: in the log, and on every stream. */
export function* nothingAfterTheEnd({ logs, streams }: Evidence): Iterable<Violation> {
  for (const [simulation, { events }] of logs) {
    const at = events.findIndex(({ status }) => isTerminal(status));
    if (at < 0 || at === events.length - 1) continue;
    const detail = `The log goes on after the terminal event ${events[at]?.seq}, to ${events.at(-1)?.seq}.`;
    yield { invariant: "I6", harm: "out of order", simulation, detail };
  }
  for (const stream of streams) {
    const after = afterTheEnd(stream);
    if (after === null) continue;
    const { client, simulation } = stream.opened;
    const detail = `${stream.opened.stream} of ${client} brought ${after}.`;
    yield { invariant: "I6", harm: "out of order", simulation, detail };
  }
}

function afterTheEnd({ items, late }: Stream): string | null {
  if (late > 0) return `${late} items after it was complete`;
  const at = items.findIndex((item) => item.kind === "event" && isTerminal(item.status));
  if (at < 0) return null;
  const next = items
    .slice(at + 1)
    .find((item) => item.kind === "event" || item.state === "LIVE" || item.state === "GAP");
  if (next === undefined) return null;
  return next.kind === "event"
    ? `the event ${next.seq} after the terminal one`
    : `${next.state} after the end`;
}
