// The limit that the database itself sets: its own client, one statement for each transaction, nothing else.
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { dataFolder } from "../../src/postgres/data-folder.ts";
import { logSettings } from "../../src/postgres/housekeeping.ts";
import { openDatabase } from "../../src/postgres/open.ts";
import { commitBounds } from "../../src/postgres/postgres.ts";
import { quietLog } from "../../test/support/simulations.ts";
import { type BareSimulation, eventsStatement, nextRows, sameStatement } from "./bare-statement.ts";
import type { Saturated } from "./load.ts";
import { programOptions, serve } from "./program.ts";
import { createRunning } from "./simulations.ts";

export interface BareOptions {
  /** Left out: embedded, in `dataDir`. */
  readonly url?: string;
  readonly dataDir: string;
  readonly simulations: number;
}

export interface BareOrder {
  /**
   * "same": all that a replica writes, in the way that is cheapest; "digits": with numbers as digits, as `pg` sends arrays
   * by itself; "events": rows of the log alone.
   */
  readonly what: "same" | "digits" | "events";
  /** Of one transaction. */
  readonly rows: number;
  readonly seconds: number;
}

/** Runs one statement, which is a transaction of its own. */
type Run = (what: BareOrder["what"], values: (string | Buffer)[]) => Promise<unknown>;

const { url, dataDir, simulations: many } = programOptions<BareOptions>();
const coding = url === undefined ? "text" : "binary";
const statements = {
  same: sameStatement(coding),
  digits: sameStatement("text"),
  events: eventsStatement(coding),
};
const log = quietLog();

const database = await openDatabase({ dataDir, log, ...(url === undefined ? {} : { url }) });
const simulations: readonly BareSimulation[] = (await createRunning(database.store, many, "localhost:1")).map(
  ({ id }, offset) => ({ id, seq: 0, offset }),
);
await database.close();

const { runs, release } = url === undefined ? await embedded() : await server(url);

/** As many at a time as a replica has commits under way. */
async function server(connectionString: string) {
  const clients = Array.from({ length: commitBounds.connections }, () => new pg.Client({ connectionString }));
  await Promise.all(clients.map((client) => client.connect()));
  for (const client of clients) await client.query("set jit = off");
  const runs = clients.map(
    (client): Run =>
      (what, values) =>
        client.query({ name: what, text: statements[what], values }),
  );
  const release = async () => {
    await Promise.all(clients.map((client) => client.end()));
  };
  return { runs, release };
}

async function embedded() {
  const folder = await dataFolder(dataDir, log);
  const startParams = [...PGlite.defaultStartParams, ...logSettings];
  const pglite = await PGlite.create({ dataDir: folder, startParams });
  const run: Run = (what, values) => pglite.query(statements[what], values);
  return { runs: [run], release: () => pglite.close() };
}

async function answer({ what, rows, seconds }: BareOrder): Promise<Saturated> {
  const begunAt = performance.now();
  const until = begunAt + seconds * 1_000;
  let events = 0;
  // Each connection has simulations of its own, so that none waits for the other's rows.
  const walk = async (run: Run, lane: number) => {
    const own = simulations.filter((_, place) => place % runs.length === lane);
    for (let from = 0; performance.now() < until; from = (from + rows) % own.length) {
      const batch = [...own, ...own].slice(from, from + Math.min(rows, own.length));
      await run(
        what,
        nextRows(batch, what === "events" ? "events" : "same", what === "digits" ? "text" : coding),
      );
      events += batch.length;
    }
  };
  await Promise.all(runs.map(walk));
  return { events, seconds: (performance.now() - begunAt) / 1_000 };
}

await serve(answer, release);
