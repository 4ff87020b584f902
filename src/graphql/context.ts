// What a resolver may use. One per operation; a subscription keeps its own for as long as it lasts.
import type { Announcements } from "../core/ports/announcements.ts";
import type { Audit } from "../core/ports/audit.ts";
import type { DesignSource } from "../core/ports/designs.ts";
import type { Leases } from "../core/ports/leases.ts";
import type { Revocation } from "../core/ports/sessions.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import type { Session } from "../core/session.ts";
import type { Viewer } from "../core/viewer.ts";
import type { AnnouncementBoard } from "../feed/announcements.ts";
import type { Feed } from "../feed/feed.ts";
import type { AuditTrail } from "../orchestrator/audit-trail.ts";
import type { Commands } from "../orchestrator/commands.ts";

/** The parts of the service behind the schema; the same for every operation. */
export interface GraphQLParts {
  readonly commands: Commands;
  readonly store: SimulationStore;
  /** Who of the replicas lives, to be shown. */
  readonly leases: Pick<Leases, "expiries">;
  readonly feed: Feed;
  readonly designs: DesignSource;
  readonly sessions: SessionControl;
  readonly announcements: Pick<Announcements, "announce">;
  readonly board: AnnouncementBoard;
  readonly audit: Pick<Audit, "read">;
  readonly trail: Pick<AuditTrail, "record">;
}

export interface SessionControl {
  /** Ends the user's sessions, everywhere. */
  revoke(userId: string, by: string): Promise<Revocation>;
}

/** Where an operation comes from. */
export interface Caller {
  readonly transport: "http" | "websocket";
  /** Of the client, as far as it is known. */
  readonly address: string;
  /** With which it comes. */
  readonly session: Session;
  /** Puts a newer token of the same user in the place of the connection's; undefined where there is no connection. */
  readonly renew?: (token: string) => Promise<Session>;
}

export interface GraphQLContext extends GraphQLParts {
  readonly viewer: Viewer;
  readonly caller: Caller;
}
