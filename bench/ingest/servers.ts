// The servers of a run: a Postgres that keeps what it is told (fsync on), a Redis, and what they take of the processor.
import { readFileSync } from "node:fs";
import pg from "pg";
import { type Postgres, startPostgres } from "../../cluster/postgres.ts";
import { type RedisServer, startRedis } from "../../test/support/redis-server.ts";

export interface Servers {
  readonly redis: RedisServer;
  /** The process that all others of the server come from. */
  readonly postgresPid: number;
  /** The URL of a new database. */
  database(name: string): Promise<string>;
  /** Empties the log, and writes out what is still to be written: each turn begins alike. */
  settle(url: string): Promise<void>;
  /** Rows of the log. */
  events(url: string): Promise<number>;
  close(): Promise<void>;
}

/** Left to itself, the server would tidy up in whichever turn it happens to be. */
const settings = ["fsync=on", "full_page_writes=on", "autovacuum=off", "checkpoint_timeout=30min"];

export async function startServers(): Promise<Servers> {
  const postgres = await startPostgres(settings);
  const redis = await startRedis();
  return {
    redis,
    postgresPid: await postmaster(postgres),
    async database(name) {
      await query(postgres.url, `create database ${name}`);
      const url = new URL(postgres.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async settle(url) {
      await query(url, "truncate events, metrics_roll_ups");
      await query(url, "vacuum (analyze) simulations");
      await query(url, "checkpoint");
    },
    async events(url) {
      const [row] = await query<{ many: string }>(url, "select count(*) as many from events");
      return Number(row?.many);
    },
    async close() {
      await redis.kill();
      await postgres.close();
    },
  };
}

/** The parent of any session. */
async function postmaster({ url }: Postgres): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    const status = readFileSync(`/proc/${rows[0]?.pid}/status`, "utf8");
    return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]);
  } finally {
    await client.end();
  }
}

async function query<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}
