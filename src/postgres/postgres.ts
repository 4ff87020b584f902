// A Postgres server, by URL.
import { Socket } from "node:net";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { limits } from "../core/limits.ts";
import type { Log } from "../core/ports/log.ts";
import type { Database, Schema } from "./schema.ts";

export interface PoolBounds {
  readonly connections: number;
  /** For a free or a new connection, ms. */
  readonly connectMs: number;
  /** For one statement, ms. The server ends it; where the server is not heard, the connection ends a second later. */
  readonly statementMs: number;
}

export const workBounds: PoolBounds = { connections: 8, connectMs: 5_000, statementMs: 15_000 };

/** Commits have connections of their own: however much is read, what happens is recorded. */
export const commitBounds: PoolBounds = { connections: 2, connectMs: 5_000, statementMs: 8_000 };

/** Searches have few, so that they keep nobody else waiting. */
export const searchBounds: PoolBounds = {
  connections: 2,
  connectMs: 5_000,
  statementMs: limits.listSearchMs,
};

/** A lease that is not renewed within its time is lost: better to know at once. */
export const leaseBounds: PoolBounds = { connections: 2, connectMs: 1_000, statementMs: 1_000 };

/** A transaction of ours is never idle for longer than a decision takes; a replica that is frozen in one holds rows. */
const idleInTransactionMs = 2_000;
/** Longer than a frozen replica can hold a row. */
const lockMs = 3_000;

export function connect(url: string, name: string, bounds: PoolBounds, log: Log): Database {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `simulation-service ${name}`,
    max: bounds.connections,
    connectionTimeoutMillis: bounds.connectMs,
    // Idle connections are closed before their silence would be taken for the server's.
    idleTimeoutMillis: bounds.statementMs,
    stream: () => impatientSocket(bounds.statementMs + 1_000),
    // Compiling a query costs more than any of ours takes.
    options: "-c jit=off",
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: bounds.statementMs,
    lock_timeout: Math.min(lockMs, bounds.statementMs),
    idle_in_transaction_session_timeout: idleInTransactionMs,
    types: { getTypeParser: typeParser },
  });
  // A connection that breaks leaves the pool, and whoever was using it hears of it from their query. Unheard, the
  // event itself would end the process: the pool's for idle ones, the client's between two queries.
  const broken = (error: Error) => log.warn({ err: error }, "A database connection broke.");
  pool.on("error", broken);
  pool.on("connect", (client) => client.on("error", broken));
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * A socket that breaks after a silence, ms. Behind a network that swallows everything a query would wait for
 * minutes, and the pool would hand out the same dead connection again.
 */
function impatientSocket(silenceMs: number): Socket {
  const socket = new Socket();
  return socket.setTimeout(silenceMs, () =>
    socket.destroy(new Error("The database connection fell silent.")),
  );
}

/** int8 as a number, as the embedded database gives it: ours are counts, seeds and tokens, below 2^53. */
function typeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
}
