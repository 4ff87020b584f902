// Moments by the database's clock, in whole milliseconds, as dates hold them.
import { sql } from "kysely";
import type { Revocations } from "../core/ports/sessions.ts";
import { asking } from "./errors.ts";
import type { Database } from "./schema.ts";

export function revocationsOn(db: Database): Revocations {
  return {
    revoke: (userId, by) =>
      asking(async () => {
        const { rows } = await sql<{ at: Date }>`
          insert into revocations (user_id, revoked_at, revoked_by)
          values (${userId}, date_trunc('milliseconds', clock_timestamp()), ${by})
          on conflict (user_id) do update
            set revoked_at = greatest(revocations.revoked_at, excluded.revoked_at), revoked_by = excluded.revoked_by
          returning revoked_at as at`.execute(db);
        const [row] = rows;
        if (row === undefined) throw new Error("A revocation that was written is not there.");
        return { userId, at: row.at };
      }),
    recent: (withinMs) =>
      asking(async () => {
        const { rows } = await sql<{ userId: string; at: Date }>`
          select user_id as "userId", revoked_at as at from revocations
          where revoked_at > now() - make_interval(secs => ${withinMs / 1_000})`.execute(db);
        return rows;
      }),
    forget: (olderThanMs) =>
      asking(async () => {
        await sql`delete from revocations
          where revoked_at < now() - make_interval(secs => ${olderThanMs / 1_000})`.execute(db);
      }),
  };
}
