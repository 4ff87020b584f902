// How the bodies of events are compressed, most of which are large enough for it: by LZ4 where the server was built with
// it, which takes a fraction of the time of the standard way. What is stored already stays as it is.
import { sql } from "kysely";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import type { Database } from "./schema.ts";

/**
 * No migration: nothing depends on it. So it is given up at once where somebody uses the table for longer, since everybody
 * else would wait behind it, and is tried again at the next start.
 */
export async function compressByLz4(db: Database, log: Log): Promise<void> {
  try {
    if (!(await isDue(db))) return;
    await db.transaction().execute(async (tx) => {
      await sql`select set_config('lock_timeout', '200', true)`.execute(tx);
      await sql`alter table events alter column body set compression lz4`.execute(tx);
    });
  } catch (error) {
    log.info({ reason: messageOf(error) }, "Events are not compressed by LZ4 for now.");
  }
}

async function isDue(db: Database): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`
    select 'lz4' = any(known.enumvals) and body.attcompression <> 'l' as due
    from pg_settings known, pg_attribute body
    where known.name = 'default_toast_compression'
      and body.attrelid = to_regclass('events') and body.attname = 'body'`.execute(db);
  return rows[0]?.due === true;
}
