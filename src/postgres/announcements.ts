import { sql } from "kysely";
import { v7 as uuid } from "uuid";
import type { Announcement, Announcements } from "../core/ports/announcements.ts";
import { asking } from "./errors.ts";
import type { Database } from "./schema.ts";

const columns = sql`id, message, user_id as "userId", announced_by as by, at, until`;

export function announcementsOn(db: Database): Announcements {
  return {
    announce: (message, to, by, lastingMs) =>
      asking(async () => {
        const { rows } = await sql<Announcement>`
          insert into announcements (id, message, user_id, announced_by, at, until)
          select ${uuid()}::uuid, ${message}, ${to}, ${by}, at, at + make_interval(secs => ${lastingMs / 1_000})
          from date_trunc('milliseconds', clock_timestamp()) as at
          returning ${columns}`.execute(db);
        const [row] = rows;
        if (row === undefined) throw new Error("An announcement that was written is not there.");
        return row;
      }),
    standing: (limit) =>
      asking(async () => {
        const { rows } = await sql<Announcement>`
          select ${columns} from announcements where until > now() order by at desc, id desc limit ${limit}`.execute(
          db,
        );
        return rows.reverse();
      }),
    forget: (endedBeforeMs) =>
      asking(async () => {
        await sql`delete from announcements
          where until < now() - make_interval(secs => ${endedBeforeMs / 1_000})`.execute(db);
      }),
  };
}
