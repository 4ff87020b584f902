// The front door: HTTP, event streams and WebSockets on one port.
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { noMeter } from "../core/ports/meter.ts";
import { noTracer } from "../core/ports/tracer.ts";
import type { Session } from "../core/session.ts";
import { clientAddress, trustedProxies } from "./client-address.ts";
import { errorShaper } from "./errors.ts";
import { EventStreams } from "./event-streams.ts";
import { graphqlOverHttp } from "./graphql-http.ts";
import { nothingHeld } from "./held.ts";
import { identityAt as identitiesAt } from "./identity-at.ts";
import { type Bounds, serverLimits } from "./limits.ts";
import { type Listening, listen } from "./listen.ts";
import { observedRequests } from "./observed-requests.ts";
import { socketObserver } from "./observed-sockets.ts";
import type { RunningServer, ServerOptions } from "./options.ts";
import { originPolicy } from "./origin.ts";
import { graphqlProtocol } from "./protocol.ts";
import { Rates } from "./rates.ts";
import { routes } from "./routes.ts";
import { Shutdown } from "./shutdown.ts";
import { Sockets } from "./sockets.ts";
import { UpgradeAdmission } from "./upgrade-admission.ts";
import { graphqlPipeline } from "./yoga.ts";

/** Listens when the promise resolves. Rejects when the address cannot be listened on. */
export async function createServer(options: ServerOptions): Promise<RunningServer> {
  const { parts, identity, readiness, log, site, introspection = true } = options;
  const origins = originPolicy(options);
  const limits = { ...serverLimits, ...options.limits };
  const bounds: Bounds = { limits, hit: options.limitHit ?? (() => {}) };
  const rates = new Rates(options.rateLimiter, bounds);
  const held = nothingHeld(bounds);
  const identityAt = identitiesAt(identity, rates, bounds);
  const isOver = (session: Session) => identity.isOver(session);
  const trusted = trustedProxies(options.trustedProxies ?? []);
  const addressOf = (request: IncomingMessage) => clientAddress(request, trusted);
  const { meter = noMeter, tracer = noTracer } = options;
  const observers = { meter, tracer };
  const shape = errorShaper({ log, suggestions: introspection, meter });
  const yoga = graphqlPipeline({ parts, shape, introspection, isOver, rates, held, bounds, observers });
  const streams = new EventStreams(shape, isOver, bounds, meter);
  const sockets = new Sockets({
    protocol: graphqlProtocol({ yoga, shape, identityAt, isOver, held, bounds, observers }),
    observer: socketObserver(meter),
    origins,
    addressOf,
    admission: new UpgradeAdmission(bounds, rates, held),
    bounds,
    log,
  });

  const http = createHttpServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.connectionsCheckMs,
    },
    observedRequests(
      observers,
      routes({
        graphql: graphqlOverHttp({ yoga, identityAt, rates, addressOf, streams, bounds }),
        graphiql: options.graphiql,
        origins,
        readiness,
        draining: () => shutdown.draining,
        site,
        log,
      }),
    ),
  );
  meter.gauge("simulations_sockets_open", {}, () => sockets.size);
  meter.gauge("simulations_sockets_waiting", {}, () => sockets.waiting);
  meter.gauge("simulations_sockets_max", {}, () => limits.sockets);
  meter.gauge("simulations_operations_open", { transport: "websocket" }, () => sockets.operations);
  meter.gauge("simulations_operations_open", { transport: "sse" }, () => streams.size);
  http.timeout = limits.idleTimeoutMs;
  http.maxConnections = limits.connections;
  http.on("drop", () => bounds.hit("connections"));
  http.on("upgrade", (request, connection, head) => {
    // A throw in this listener would end the process.
    try {
      sockets.upgrade(request, connection, head);
    } catch (error) {
      log.error({ err: error }, "An upgrade could not be answered.");
      connection.destroy();
    }
  });

  const sweep = setInterval(() => {
    const now = performance.now();
    sockets.check(now);
    streams.check(now);
  }, limits.sweepMs);
  const shutdown = new Shutdown({ http, sockets, streams, release: () => clearInterval(sweep) });

  let listening: Listening;
  try {
    listening = await listen(http, options.port, options.host);
  } catch (error) {
    clearInterval(sweep);
    throw error;
  }
  return {
    ...listening,
    drain: (deadlineMs) => shutdown.drain(deadlineMs),
    close: () => shutdown.close(),
    endSessions: (which) => {
      sockets.end(which, "The session was revoked: sign in again");
      streams.end(which);
    },
    stats: () => ({ sockets: sockets.size, operations: sockets.operations + streams.size }),
  };
}
