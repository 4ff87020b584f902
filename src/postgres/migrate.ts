// Brings the tables up to date. An advisory lock lets one replica do it while others wait.
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "./migrations/all.ts";
import type { Database } from "./schema.ts";

/** Names the lock among those of the database. Kysely's own, which the first release held: the two exclude each other. */
const lockId = "3853314791062309107";

/** Throws the first error of a migration; nothing is left then. */
export async function migrate(db: Database): Promise<void> {
  if (await isUpToDate(db)) return;
  await db.transaction().execute(async (tx) => {
    await lock(tx);
    if (await isUpToDate(tx)) return;
    const migrator = new Migrator({ db: tx, provider: { getMigrations: async () => ({ ...migrations }) } });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  });
}

/** Held by the transaction, not by the session: behind a pooler the session is somebody else's right after. */
async function lock(tx: Database): Promise<void> {
  const before = await sql<{ ms: string }>`select current_setting('lock_timeout') as ms`.execute(tx);
  // Whoever has it makes the tables: that is worth waiting for, as long as a statement may take.
  await sql`select set_config('lock_timeout', '0', true)`.execute(tx);
  await sql`select pg_advisory_xact_lock(${lockId}::bigint)`.execute(tx);
  await sql`select set_config('lock_timeout', ${before.rows[0]?.ms ?? "0"}, true)`.execute(tx);
  // An index of a large table takes longer than any other statement may.
  await sql`select set_config('statement_timeout', '0', true)`.execute(tx);
}

/**
 * Every migration that this program knows is done. There may be more of a newer release: during a rolling
 * upgrade the older program still starts, since a migration keeps the release before it working.
 */
async function isUpToDate(db: Database): Promise<boolean> {
  const table = await sql<{ found: boolean }>`
    select to_regclass('kysely_migration') is not null as found`.execute(db);
  if (table.rows[0]?.found !== true) return false;
  const done = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const names = new Set(done.rows.map((row) => row.name));
  return Object.keys(migrations).every((name) => names.has(name));
}
