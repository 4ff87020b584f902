// Brings the tables up to date. On Postgres an advisory lock lets one replica do it while others wait.
import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations } from "./migrations/all.ts";
import type { Database } from "./schema.ts";

/** Throws the first error of a migration; nothing of that migration is left then. */
export async function migrate(db: Database): Promise<void> {
  if (await isUpToDate(db)) return;
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
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
