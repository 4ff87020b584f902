// Databases for tests: a fresh one on the run's Postgres server, or an embedded one in a folder of its own.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import pg from "pg";
import { inject } from "vitest";
import type { Log } from "../../src/core/ports/log.ts";
import { type OpenDatabase, openDatabase } from "../../src/postgres/open.ts";

export interface TestDatabase {
  readonly name: string;
  /** Opens it, as a replica does; the embedded one only once at a time. */
  open(): Promise<OpenDatabase>;
  /** After everything opened has been closed. */
  drop(): Promise<void>;
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export interface ServerDatabase extends TestDatabase {
  readonly url: string;
  /** Runs SQL beside the service, on a connection of its own. */
  sql<Row extends pg.QueryResultRow>(statement: string, values?: unknown[]): Promise<Row[]>;
}

/** A new, empty database on the server of this test run. */
export async function serverDatabase(): Promise<ServerDatabase> {
  const server = await serverUrl();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await runOn(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    name: "Postgres",
    url: url.href,
    open: () => openDatabase({ url: url.href, dataDir: "", log: silent }),
    sql: (statement, values) => runOn(url.href, statement, values),
    drop: async () => {
      await runOn(server, `drop database ${name} with (force)`);
    },
  };
}

export interface EmbeddedDatabase extends TestDatabase {
  readonly dataDir: string;
}

export async function embeddedDatabase(): Promise<EmbeddedDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), "simulation-data-"));
  return {
    name: "embedded",
    dataDir,
    open: () => openDatabase({ dataDir, log: silent }),
    drop: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** The kinds of database that every contract of the store is run against. */
export const databases: readonly { readonly kind: string; readonly make: () => Promise<TestDatabase> }[] = [
  { kind: "embedded", make: embeddedDatabase },
  { kind: "Postgres", make: serverDatabase },
];

async function serverUrl(): Promise<string> {
  const told = await text(connect(inject("postgresPort"), "127.0.0.1"));
  if (told.startsWith("!")) throw new Error(told.slice(1));
  return told;
}

async function runOn<Row extends pg.QueryResultRow>(
  url: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement, values)).rows;
  } finally {
    await client.end();
  }
}
