// What is there when everything has been quiet for a while: asked of the database, the engines and the replicas.
// Whoever asks gives things the time that they are promised to take (30 s, and the orphan timeout of the engines):
// what has not settled by then is judged as what never will.
import type { EventType } from "../../../src/core/events.ts";
import type { EngineRunState } from "../../../src/core/ports/engines.ts";
import type { DesiredStatus, SimulationStatus } from "../../../src/core/simulation.ts";
import type { Command } from "../../../src/engine/ledger.ts";

/** The row of one simulation. Times in wall ms. */
export interface EndRow {
  readonly id: string;
  readonly user: string;
  readonly project: string;
  readonly key: string | null;
  readonly status: SimulationStatus;
  readonly desired: DesiredStatus;
  /** Why a QUEUED one waits, as the API says. */
  readonly waiting: string | null;
  /** Why nothing new is known of it. */
  readonly stale: string | null;
  readonly lastSeq: number;
  readonly attempt: number;
  readonly owner: string | null;
  readonly token: number;
  readonly engine: string | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** An event of the log as stored; null where the source does not tell. */
export interface EndEvent {
  readonly simulation: string;
  readonly seq: number;
  readonly type: EventType;
  /** Of STATUS_CHANGED. */
  readonly status: SimulationStatus | null;
  /** Of LOG_EMITTED. */
  readonly code: string | null;
  /** Wall ms. */
  readonly at: number;
  readonly engineSeq: number | null;
  /** Of ATTEMPT_STARTED: the attempt that begins, and whether it goes on with the numbers of the one before. */
  readonly begins: { readonly attempt: number; readonly replay: boolean } | null;
  /** The attempt and the token by which it was written. */
  readonly attempt: number | null;
  readonly token: number | null;
  /** The same hash as that of the events that clients saw. */
  readonly own: string | null;
}

/** A run that an engine has. */
export interface EndRun {
  readonly engine: string;
  readonly simulation: string;
  readonly attempt: number;
  readonly token: number | null;
  readonly state: EngineRunState;
}

/** A call that an engine accepted. Times in wall ms, here and below. */
export interface EngineCall {
  /** One life of one engine, "engine-1/2": the next knows nothing of the tokens of the one before. */
  readonly engine: string;
  readonly simulation: string;
  readonly attempt: number;
  readonly token: number;
  readonly call: Command;
  readonly at: number;
}

/** A run that ended by its engine's word. */
export interface RunEnd {
  readonly engine: string;
  readonly simulation: string;
  readonly attempt: number;
  readonly how: string;
  readonly at: number;
}

/** What an engine had under way when its life was over ended with it. */
export interface EngineLife {
  readonly engine: string;
  readonly from: number;
  /** When it was last known to be alive. */
  readonly to: number;
}

/** The first write that shows that an owner was given this token; it was before its commit. */
export interface Issued {
  readonly simulation: string;
  readonly token: number;
  readonly at: number;
}

/** A figure that must be 0 when all is quiet: leases of the dead, subscriptions, sockets, streams, timers. */
export interface Remainder {
  readonly where: string;
  readonly what: string;
  readonly count: number;
}

/** What the service counts against a limit: of places on engines (STARTING, RUNNING, PAUSED), or of the queue. */
export interface Counted {
  readonly scope: "total" | "project" | "user" | "engine" | "queued";
  /** Of which project, user or engine; of "queued": which user. */
  readonly of: string;
  /** As the service says; null: it does not say, only the limit is judged. */
  readonly counted: number | null;
  readonly limit: number | null;
}

/** Of places that were taken at one moment while the run went on, the most that were seen. */
export interface Observed {
  readonly scope: "total" | "project" | "user";
  readonly of: string;
  readonly most: number;
  /** As set. */
  readonly limit: number;
}

export interface EndState {
  /** When it was read, ms of the monotonic clock of the history. */
  readonly readAt: number;
  readonly rows: readonly EndRow[];
  /** The logs of all of them, in any order. */
  readonly events: readonly EndEvent[];
  /** Retention was at work: metrics events may be gone. */
  readonly metricsDropped?: boolean;
  readonly runs: readonly EndRun[];
  /** By the engines' own ledgers, in the order of each; of those that keep one. */
  readonly calls: readonly EngineCall[];
  readonly ends: readonly RunEnd[];
  readonly lives: readonly EngineLife[];
  readonly issued: readonly Issued[];
  /** After so long without its owner a run ends itself. */
  readonly orphanTimeoutMs: number;
  readonly remainders: readonly Remainder[];
  readonly counted: readonly Counted[];
  readonly observed: readonly Observed[];
}
