// What a Postgres server does by itself in processes of its own, and the embedded database, being one process,
// does not: checkpoints, without which its write-ahead log grows for ever and is all read again after a crash,
// and vacuum, without which the room of what was deleted or changed is never used again.
import { sql } from "kysely";
import type { Log } from "../core/ports/log.ts";
import type { Database } from "./schema.ts";

const lookEveryMs = 5_000;
/** Bytes of log since the last checkpoint that are worth a new one. It holds up everything else for some 0.1 s. */
export const logBytes = 32 * 1024 * 1024;

/** So that a checkpoint gives the log's files back. */
export const logSettings = ["-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB"];

/** Runs until the function it gives is called, which resolves when the round under way is over. */
export function keepHouse(db: Database, log: Log): () => Promise<void> {
  let round: Promise<void> | null = null;
  const timer = setInterval(() => {
    round ??= tidy(db)
      .catch((error: unknown) => log.warn({ err: error }, "The database could not be tidied up."))
      .finally(() => {
        round = null;
      });
  }, lookEveryMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await round;
  };
}

export async function tidy(db: Database): Promise<void> {
  if ((await logSinceCheckpoint(db)) < logBytes) return;
  await sql`vacuum (analyze) simulations, replicas, scheduler_lease`.execute(db);
  // Not analysed: it would take seconds in a long log, which is only ever read by its primary key.
  await sql`vacuum events, metrics_roll_ups, simulation_documents, audit`.execute(db);
  await sql`checkpoint`.execute(db);
}

/** Bytes. */
export async function logSinceCheckpoint(db: Database): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn)::float8 as bytes from pg_control_checkpoint()`.execute(
    db,
  );
  return rows[0]?.bytes ?? 0;
}
