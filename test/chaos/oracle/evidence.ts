// The history and the end state, sorted by what the checks ask for: built once, read by all of them.
import type { SimulationStatus } from "../../../src/core/simulation.ts";
import type {
  Entry,
  EventSeen,
  History,
  IntentAnswered,
  IntentAsked,
  Joined,
  Looked,
  StartAnswered,
  StartAsked,
  StreamClosed,
  StreamState,
  Subscribed,
} from "../history.ts";
import type { EndEvent, EndRow, EndState } from "./end-state.ts";

export type StreamItem = Entry<EventSeen> | Entry<StreamState>;

export interface Stream {
  readonly opened: Entry<Subscribed>;
  /** In the order in which they came. */
  readonly items: StreamItem[];
  completed: boolean;
  closed: Entry<StreamClosed> | null;
  /** What came after the stream had said that it is complete. */
  late: number;
}

/** A call and its answer; null: none came, which is as good as unknown. */
export interface Start {
  readonly asked: Entry<StartAsked>;
  answered: Entry<StartAnswered> | null;
}

export interface Intent {
  readonly asked: Entry<IntentAsked>;
  answered: Entry<IntentAnswered> | null;
}

export interface Evidence {
  readonly history: History;
  readonly end: EndState;
  readonly rows: ReadonlyMap<string, EndRow>;
  /** The log of each simulation as stored, ascending. */
  readonly logs: ReadonlyMap<string, Log>;
  readonly streams: readonly Stream[];
  readonly starts: readonly Start[];
  readonly intents: readonly Intent[];
  readonly looks: readonly Entry<Looked>[];
  readonly joined: ReadonlyMap<string, Joined>;
  readonly calm: Entry | null;
}

export interface Log {
  readonly events: readonly EndEvent[];
  readonly bySeq: ReadonlyMap<number, EndEvent>;
}

const terminal: ReadonlySet<string> = new Set(["COMPLETED", "STOPPED", "FAILED"]);

export function isTerminal(status: SimulationStatus | null): boolean {
  return status !== null && terminal.has(status);
}

/** Throws where the history contradicts itself: that is a fault of whoever wrote it. */
export function evidenceOf(history: History, end: EndState): Evidence {
  const streams = new Map<string, Stream>();
  const starts = new Map<string, Start>();
  const intents = new Map<string, Intent>();
  const looks: Entry<Looked>[] = [];
  const joined = new Map<string, Joined>();
  let calm: Entry | null = null;

  for (const entry of history) {
    switch (entry.kind) {
      case "joined":
        joined.set(entry.client, entry);
        break;
      case "start-asked":
        starts.set(entry.call, { asked: entry, answered: null });
        break;
      case "start-answered":
        known(starts, entry.call).answered = entry;
        break;
      case "intent-asked":
        intents.set(entry.call, { asked: entry, answered: null });
        break;
      case "intent-answered":
        known(intents, entry.call).answered = entry;
        break;
      case "looked":
        looks.push(entry);
        break;
      case "subscribed":
        streams.set(entry.stream, { opened: entry, items: [], completed: false, closed: null, late: 0 });
        break;
      case "event":
      case "stream-state": {
        const stream = known(streams, entry.stream);
        if (stream.completed) stream.late += 1;
        stream.items.push(entry);
        break;
      }
      case "completed":
        known(streams, entry.stream).completed = true;
        break;
      case "closed":
        known(streams, entry.stream).closed = entry;
        break;
      case "calm":
        calm = entry;
        break;
      case "fault":
        break;
    }
  }
  return {
    history,
    end,
    rows: new Map(end.rows.map((row) => [row.id, row])),
    logs: logsOf(end.events),
    streams: [...streams.values()],
    starts: [...starts.values()],
    intents: [...intents.values()],
    looks,
    joined,
    calm,
  };
}

function known<T>(things: ReadonlyMap<string, T>, name: string): T {
  const thing = things.get(name);
  if (thing === undefined) throw new Error(`The history speaks of ${name} before it begins.`);
  return thing;
}

function logsOf(events: readonly EndEvent[]): ReadonlyMap<string, Log> {
  const grouped = new Map<string, EndEvent[]>();
  for (const event of events) {
    const group = grouped.get(event.simulation);
    if (group === undefined) grouped.set(event.simulation, [event]);
    else group.push(event);
  }
  const logs = new Map<string, Log>();
  for (const [simulation, group] of grouped) {
    group.sort((a, b) => a.seq - b.seq);
    logs.set(simulation, { events: group, bySeq: new Map(group.map((event) => [event.seq, event])) });
  }
  return logs;
}
