// What the composition root gives the server.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Identity } from "../core/ports/identity.ts";
import type { Log } from "../core/ports/log.ts";
import type { Meter } from "../core/ports/meter.ts";
import type { RateLimiter } from "../core/ports/rate-limiter.ts";
import type { Tracer } from "../core/ports/tracer.ts";
import type { Session } from "../core/session.ts";
import type { GraphQLParts } from "../graphql/context.ts";
import type { LimitName, ServerLimits } from "./limits.ts";

export interface Readiness {
  readonly status: "ok" | "degraded" | "down";
  /** What the parts of the service say of themselves. */
  readonly parts: Readonly<Record<string, unknown>>;
}

/**
 * Answers a request that is not the server's own; false: not mine. The headers for security are set when it is asked:
 * a page sets a Content-Security-Policy of its own, or shows nothing.
 */
export type Site = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

export interface ServerOptions {
  /** The address to listen on. On a loopback address, only loopback names are taken as the Host. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The GraphiQL page at /graphql. */
  readonly graphiql: boolean;
  /** Queries about the schema, and suggestions in error messages; on when left out. */
  readonly introspection?: boolean;
  /** Other origins whose pages may call, exactly as browsers send them: "https://app.example.com". */
  readonly corsOrigins?: readonly string[];
  /** Pages served from a loopback address, on any port, may call: for development. Off when left out. */
  readonly loopbackOrigins?: boolean;
  /** Names by which the service is reached ("sim.example.com"). None: any, unless bound to loopback. */
  readonly hosts?: readonly string[];
  /** IP addresses and CIDR ranges of proxies whose `X-Forwarded-For` is believed; none when left out. */
  readonly trustedProxies?: readonly string[];
  readonly parts: GraphQLParts;
  readonly identity: Identity;
  readonly readiness: () => Promise<Readiness>;
  readonly log: Log;
  /** Keeps the budgets of users and addresses; they are among the limits. */
  readonly rateLimiter: RateLimiter;
  /** Those that differ from the defaults. */
  readonly limits?: Partial<ServerLimits>;
  /** Called each time a limit refuses or cuts something. */
  readonly limitHit?: (name: LimitName) => void;
  /** Counts nothing when left out. */
  readonly meter?: Meter;
  /** Traces nothing when left out. */
  readonly tracer?: Tracer;
  /** The dashboard and the like; nothing is served beside the API when left out. */
  readonly site?: Site;
}

export interface RunningServer {
  /** Where it listens: "http://127.0.0.1:4000". */
  readonly url: string;
  readonly address: { readonly host: string; readonly port: number };
  /** Takes nothing in, lets clients go elsewhere, then closes; what is left after `deadlineMs` is cut. Idempotent. */
  drain(deadlineMs: number): Promise<void>;
  /** Closes at once. Idempotent. */
  close(): Promise<void>;
  /** Ends the sockets and streams of these sessions at once. */
  endSessions(which: (session: Session) => boolean): void;
  stats(): { readonly sockets: number; readonly operations: number };
}
