// What happened, as seen from outside: clients, the nemesis and the suite write it down while it happens, and the
// oracle judges it afterwards, together with the end state (oracle/end-state.ts).
import { createHash } from "node:crypto";
import type { EventType } from "../../src/core/events.ts";
import type { DesiredStatus, SimulationStatus } from "../../src/core/simulation.ts";

/** The answer to a call. Unknown: no answer came, so it may or may not have taken effect. */
export type Outcome<A extends object = object> =
  | ({ readonly kind: "accepted" } & A)
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** Who a client is. A client that never said so is not judged for what it may see. */
export interface Joined {
  readonly kind: "joined";
  readonly user: string;
  /** Whose simulations it sees beside its own. */
  readonly projects: readonly string[];
  readonly admin: boolean;
}

/** `call` names one request; one that is sent again, with the same key, is another call. */
export interface StartAsked {
  readonly kind: "start-asked";
  readonly call: string;
  readonly key: string | null;
  readonly user: string;
  readonly project: string;
  readonly design: string;
}

export interface StartAnswered {
  readonly kind: "start-answered";
  readonly call: string;
  readonly outcome: Outcome<{ readonly simulation: string }>;
}

export interface IntentAsked {
  readonly kind: "intent-asked";
  readonly call: string;
  readonly simulation: string;
  readonly intent: "stop" | "pause" | "resume" | "speed";
  /** With "speed": simulated s per wall s. */
  readonly speed: number | null;
}

/** Accepted: what the answer said of the simulation. */
export interface IntentAnswered {
  readonly kind: "intent-answered";
  readonly call: string;
  readonly outcome: Outcome<{ readonly status: SimulationStatus; readonly desired: DesiredStatus }>;
}

/** A read, of the API or of the row itself; what is not known is left out. */
export interface Looked {
  readonly kind: "looked";
  readonly simulation: string;
  readonly status: SimulationStatus;
  readonly lastSeq?: number;
  readonly attempt?: number;
  readonly token?: number;
}

/** `stream` names one subscription; a client that resumes opens another. */
export interface Subscribed {
  readonly kind: "subscribed";
  readonly stream: string;
  readonly simulation: string;
  /** Null: begins with the newest. */
  readonly after: number | null;
  readonly replica: string;
  /** As asked for; null: all. */
  readonly types: readonly EventType[] | null;
  /** Metrics events per second; null: all. */
  readonly maxRate: number | null;
}

export interface EventSeen {
  readonly kind: "event";
  readonly stream: string;
  readonly simulation: string;
  readonly seq: number;
  readonly type: EventType;
  /** Of STATUS_CHANGED; null for others. */
  readonly status: SimulationStatus | null;
  /** `hashOf` its own fields: whoever hashes must ask for the same fields. */
  readonly own: string;
  /** When it was stored, as it says, wall ms. */
  readonly committedAt: number;
}

export interface StreamState {
  readonly kind: "stream-state";
  readonly stream: string;
  readonly simulation: string;
  readonly state: "CATCHING_UP" | "LIVE" | "STALE" | "GAP";
  readonly seq: number;
  readonly reason: string | null;
}

/** The stream said that it is complete: the simulation has ended. */
export interface StreamCompleted {
  readonly kind: "completed";
  readonly stream: string;
}

/** It broke off: by a close code of the socket, by an error code of the API, or (null) by nothing at all. */
export interface StreamClosed {
  readonly kind: "closed";
  readonly stream: string;
  readonly code: string | number | null;
}

/** `what` as in the table of faults, `target` the process or link it befalls. */
export interface Fault {
  readonly kind: "fault";
  readonly what: string;
  readonly target: string;
  readonly phase: "begins" | "ends";
}

/** All faults have ended and nobody asks for anything any more: from here on things must settle. */
export interface Calm {
  readonly kind: "calm";
}

export type Happening =
  | Joined
  | StartAsked
  | StartAnswered
  | IntentAsked
  | IntentAnswered
  | Looked
  | Subscribed
  | EventSeen
  | StreamState
  | StreamCompleted
  | StreamClosed
  | Fault
  | Calm;

/** `t`: ms of the machine's monotonic clock, the same in all its processes. `wall`: ms of the wall clock. */
export type Entry<H extends Happening = Happening> = H & {
  readonly t: number;
  readonly wall: number;
  readonly client: string;
};

export type History = readonly Entry[];

/** Append-only and bounded: what no longer fits is counted, and makes the history one that cannot be judged. */
export class Recorder {
  readonly #entries: Entry[] = [];
  readonly #most: number;
  #deliveries = 0;
  #dropped = 0;

  constructor(most = 5_000_000) {
    this.#most = most;
  }

  record(client: string, happening: Happening): void {
    if (happening.kind === "event") this.#deliveries += 1;
    if (this.#entries.length < this.#most) {
      this.#entries.push({ ...happening, client, t: monotonicMs(), wall: Date.now() });
    } else {
      this.#dropped += 1;
    }
  }

  /** In the order in which it was recorded. */
  get history(): History {
    return this.#entries;
  }

  /** Events that reached a client, also those that are not kept. */
  get deliveries(): number {
    return this.#deliveries;
  }

  get dropped(): number {
    return this.#dropped;
  }
}

/** The histories that several processes of one machine kept, as one. */
export function merged(histories: readonly History[]): History {
  return histories.flat().sort((a, b) => a.t - b.t);
}

export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** 64 bits of a digest, the same for the same values in whatever order the fields come. */
export function hashOf(fields: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(ordered(fields)))
    .digest("base64url")
    .slice(0, 11);
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, ordered(field)]));
}
