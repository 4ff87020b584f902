// A Postgres server, by URL.
import { Socket } from "node:net";
import { Kysely } from "kysely";
import pg from "pg";
import { limits } from "../core/limits.ts";
import type { Log } from "../core/ports/log.ts";
import { PooledDialect, ServerDialect } from "./dialect.ts";
import { StatementKeeper } from "./kept-statements.ts";
import type { Database, Schema } from "./schema.ts";
import type { ServerAddress } from "./tls.ts";

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

/**
 * Where the bounds of a statement are said: when a connection begins, or, behind a pooler, where the next statement
 * may run in another session, in each transaction. The latter costs two more round trips for a single statement.
 */
export type Bounding = "connection" | "transaction";

export function connect(
  server: ServerAddress,
  name: string,
  bounds: PoolBounds,
  log: Log,
  bounding: Bounding = "connection",
  made: (pool: pg.Pool) => void = () => {},
): Database {
  const pool = new pg.Pool({
    ...clientOptions(server, name, bounds),
    ...(bounding === "connection" ? startOptions(bounds) : {}),
    max: bounds.connections,
    // Idle connections are closed before their silence would be taken for the server's.
    idleTimeoutMillis: bounds.statementMs,
    types: { getTypeParser: typeParser },
  });
  // A connection that breaks leaves the pool, and whoever was using it hears of it from their query. Unheard, the
  // event itself would end the process: the pool's for idle ones, the client's between two queries.
  const broken = (error: Error) => log.warn({ err: error }, "A database connection broke.");
  pool.on("error", broken);
  const keeper = new StatementKeeper();
  pool.on("connect", (client) => {
    client.on("error", broken);
    if (bounding === "connection") keeper.serve(client);
  });
  made(pool);
  const dialect =
    bounding === "connection"
      ? new ServerDialect({ pool })
      : new PooledDialect({ pool }, { ...settingsOf(bounds), jit: "off" });
  return new Kysely<Schema>({ dialect });
}

/**
 * By trying: PgBouncer refuses a connection that begins with settings, or, where its `ignore_startup_parameters`
 * names them, forgets them without a word, as other poolers do. Rejects where the server is not to be had.
 */
export async function boundingOf(server: ServerAddress): Promise<Bounding> {
  const bounds = workBounds;
  const client = new pg.Client({ ...clientOptions(server, "start", bounds), ...startOptions(bounds) });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ ms: string }>(
      "select setting as ms from pg_settings where name = 'statement_timeout'",
    );
    return rows[0]?.ms === String(bounds.statementMs) ? "connection" : "transaction";
  } catch (error) {
    if (isRefusedStart(error)) return "transaction";
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** protocol_violation, which Postgres itself says of no setting. */
function isRefusedStart(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "08P01" &&
    /startup parameter/i.test(error.message)
  );
}

function clientOptions(server: ServerAddress, name: string, { connectMs, statementMs }: PoolBounds) {
  return {
    ...(typeof server === "string" ? { connectionString: server } : server),
    application_name: `simulation-service ${name}`,
    connectionTimeoutMillis: connectMs,
    stream: () => impatientSocket(statementMs + 1_000),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** By the server's names, ms. */
function settingsOf({ statementMs }: PoolBounds) {
  return {
    statement_timeout: String(statementMs),
    lock_timeout: String(Math.min(lockMs, statementMs)),
    idle_in_transaction_session_timeout: String(idleInTransactionMs),
  };
}

function startOptions(bounds: PoolBounds) {
  const settings = settingsOf(bounds);
  return {
    statement_timeout: Number(settings.statement_timeout),
    lock_timeout: Number(settings.lock_timeout),
    idle_in_transaction_session_timeout: Number(settings.idle_in_transaction_session_timeout),
    // Compiling a query costs more than any of ours takes.
    options: "-c jit=off",
  };
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
