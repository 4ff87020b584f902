// Who asked for what, from where, and what came of it.
import type { Viewer } from "../viewer.ts";

export interface AuditEntry {
  readonly userId: string;
  /** The mutation: "stopSimulation". */
  readonly action: string;
  /** What it was about, as far as it has an id: a simulation, a design, a user. */
  readonly subject: string | null;
  readonly simulationId: string | null;
  readonly projectId: string | null;
  readonly transport: "http" | "websocket";
  /** Of the client, as far as it is known. */
  readonly address: string;
  /** "DONE", or the code of the error. */
  readonly result: string;
  /** The request's, as in the log. */
  readonly correlationId: string | null;
}

export interface AuditRecord extends AuditEntry {
  readonly id: string;
  readonly at: Date;
}

export interface AuditFilter {
  readonly userId?: string;
  readonly action?: string;
  readonly projectId?: string;
  readonly simulationId?: string;
}

export interface AuditPage {
  readonly records: readonly AuditRecord[];
  readonly hasMore: boolean;
}

/** Throws ServiceError UNAVAILABLE when it cannot be asked. */
export interface Audit {
  /** All of them or none, as of now. */
  write(entries: readonly AuditEntry[]): Promise<void>;
  /**
   * The newest first, those after the record `after`. Admins see everything, others what happened in the projects
   * that they administer, and what they did themselves.
   */
  read(viewer: Viewer, filter: AuditFilter, limit: number, after?: string): Promise<AuditPage>;
  /** Removes at most so many that are older; true: there may be more. */
  forget(olderThanMs: number, limit: number): Promise<boolean>;
}
