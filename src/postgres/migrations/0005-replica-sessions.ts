// Which session of the server renewed a replica's lease last, and when: a replica whose process has died is known by it
// before its lease has run out. Null where a release before this one renewed it.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table replicas
      add column if not exists renewed_at timestamptz,
      add column if not exists session integer`.execute(db);
}
