// What different subscribers saw of the same event, and what the store holds: I7 and I8.
import type { EventSeen } from "../history.ts";
import type { EndEvent } from "./end-state.ts";
import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I7. Clients are compared as they come; each event that is told differently is named once. */
export function* subscribersAgree({ streams }: Evidence): Iterable<Violation> {
  const first = new Map<string, Map<number, EventSeen>>();
  const told = new Set<string>();
  for (const { opened, items } of streams) {
    for (const item of items) {
      if (item.simulation !== opened.simulation) {
        const detail = `${opened.stream} of ${opened.client} brought something of ${item.simulation}.`;
        yield { invariant: "I7", harm: "disclosed", simulation: opened.simulation, detail };
      }
      if (item.kind !== "event") continue;
      let seen = first.get(item.simulation);
      if (seen === undefined) {
        seen = new Map();
        first.set(item.simulation, seen);
      }
      const before = seen.get(item.seq);
      if (before === undefined) seen.set(item.seq, item);
      const what = before === undefined ? null : difference(before, item);
      const name = `${item.simulation} ${item.seq}`;
      if (what === null || told.has(name)) continue;
      told.add(name);
      const detail = `The event ${item.seq} has another ${what} on ${item.stream} than on ${before?.stream}.`;
      yield { invariant: "I7", harm: "changed", simulation: item.simulation, detail };
    }
  }
}

function difference(one: EventSeen, other: EventSeen): string | null {
  if (one.type !== other.type) return "type";
  if (one.status !== other.status) return "status";
  if (one.committedAt !== other.committedAt) return "time";
  return one.own === other.own ? null : "content";
}

/** I8: what was seen is in the store, and is the same there. */
export function* whatIsSeenIsStored({ streams, logs, end }: Evidence): Iterable<Violation> {
  const told = new Set<string>();
  for (const { items } of streams) {
    for (const item of items) {
      if (item.kind !== "event") continue;
      const stored = logs.get(item.simulation)?.bySeq.get(item.seq);
      const what = unlike(item, stored, end.metricsDropped === true);
      if (what === null) continue;
      const name = `${item.simulation} ${item.seq}`;
      if (told.has(name)) continue;
      told.add(name);
      const detail = `${item.client} saw the event ${item.seq} on ${item.stream}; ${what}.`;
      yield { invariant: "I8", harm: "never stored", simulation: item.simulation, detail };
    }
  }
}

function unlike(seen: EventSeen, stored: EndEvent | undefined, metricsDropped: boolean): string | null {
  if (stored === undefined) {
    return metricsDropped && seen.type === "METRICS_SAMPLED" ? null : "the store does not hold it";
  }
  if (stored.type !== seen.type) return `the store holds a ${stored.type}`;
  if (stored.status !== seen.status) return `the store says ${stored.status}`;
  if (Math.abs(stored.at - seen.committedAt) >= 1) return "the store holds one of another time";
  return stored.own === null || stored.own === seen.own ? null : "the store holds another content";
}
