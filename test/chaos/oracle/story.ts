// A small history by hand in which every invariant holds: the tests of the oracle change one thing of it at a time.
import type { EventType } from "../../../src/core/events.ts";
import type { SimulationStatus } from "../../../src/core/simulation.ts";
import { type Entry, type EventSeen, type Happening, hashOf } from "../history.ts";
import type { EndEvent, EndRow, EndRun, EndState, EngineCall, Issued, RunEnd } from "./end-state.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface Story {
  readonly history: Entry[];
  readonly rows: Map<string, Writable<EndRow>>;
  readonly events: Writable<EndEvent>[];
  readonly runs: EndRun[];
  readonly calls: EngineCall[];
  readonly ends: RunEnd[];
  readonly issued: Issued[];
  readonly end: Writable<EndState>;
  tell(client: string, happening: Happening): void;
  /** The client sees what is stored under these seqs. */
  see(client: string, stream: string, simulation: string, ...seqs: readonly number[]): void;
  row(id: string): Writable<EndRow>;
  event(simulation: string, seq: number): Writable<EndEvent>;
  /** The delivery of that event on that stream. */
  seen(stream: string, seq: number): Writable<Entry<EventSeen>>;
}

export function emptyStory(): Story {
  const history: Entry[] = [];
  const rows = new Map<string, Writable<EndRow>>();
  const events: Writable<EndEvent>[] = [];
  const runs: EndRun[] = [];
  const calls: EngineCall[] = [];
  const ends: RunEnd[] = [];
  const issued: Issued[] = [];
  let now = 1_000;
  const story: Story = {
    history,
    rows,
    events,
    runs,
    calls,
    ends,
    issued,
    end: {
      readAt: 100_000,
      rows: [],
      events,
      runs,
      calls,
      ends,
      lives: [
        { engine: "e1/1", from: 0, to: 100_000 },
        { engine: "e2/1", from: 0, to: 100_000 },
      ],
      issued,
      orphanTimeoutMs: 30_000,
      remainders: [],
      counted: [],
      observed: [],
    },
    tell(client, happening) {
      now += 1;
      history.push({ ...happening, client, t: now, wall: now });
    },
    see(client, stream, simulation, ...seqs) {
      for (const seq of seqs) {
        const { type, status, at, own } = story.event(simulation, seq);
        story.tell(client, {
          kind: "event",
          stream,
          simulation,
          seq,
          type,
          status,
          own: own ?? "",
          committedAt: at,
        });
      }
    },
    row: (id) => found(rows.get(id)),
    event: (simulation, seq) =>
      found(events.find((event) => event.simulation === simulation && event.seq === seq)),
    seen(stream, seq) {
      const [first] = history.flatMap((entry) =>
        entry.kind === "event" && entry.stream === stream && entry.seq === seq ? [entry] : [],
      );
      return found(first);
    },
  };
  return story;
}

/** Writes a log, and its row as the log leaves it. */
export function stored(
  story: Story,
  of: Pick<EndRow, "id" | "user" | "project" | "key" | "desired" | "token" | "attempt">,
  log: readonly (SimulationStatus | number | "attempt")[],
): void {
  let status: SimulationStatus = "QUEUED";
  for (const [index, what] of log.entries()) {
    const isStatus = typeof what === "string" && what !== "attempt";
    if (isStatus) status = what;
    const type: EventType = isStatus
      ? "STATUS_CHANGED"
      : what === "attempt"
        ? "ATTEMPT_STARTED"
        : "METRICS_SAMPLED";
    story.events.push({
      simulation: of.id,
      seq: index + 1,
      type,
      status: isStatus ? what : null,
      code: null,
      at: 500 + index,
      engineSeq: typeof what === "number" ? what : null,
      begins: what === "attempt" ? { attempt: 2, replay: true } : null,
      attempt: null,
      token: null,
      own: hashOf([of.id, what, index]),
    });
  }
  const isOver = status === "COMPLETED" || status === "STOPPED" || status === "FAILED";
  story.rows.set(of.id, {
    ...of,
    status,
    waiting: status === "QUEUED" ? "CAPACITY" : null,
    stale: null,
    lastSeq: log.length,
    owner: isOver ? null : "r1",
    engine: status === "QUEUED" ? null : "e1",
    createdAt: 500,
    endedAt: isOver ? 500 + log.length : null,
  });
}

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error("That is not in the story.");
  return thing;
}
