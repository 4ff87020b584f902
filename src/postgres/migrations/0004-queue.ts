// The queue in the orders in which it is looked at, so that no look costs more where more wait.
import { type Kysely, sql } from "kysely";

const statements = [
  // What only a place is missing to, by project: for admission, which needs to know whose it is.
  `create index if not exists simulations_admissible on simulations (project_id, id) include (user_id)
    where status = 'QUEUED' and design_revision is not null and desired_status <> 'STOPPED'`,
  // What its design is missing to, oldest first.
  `create index if not exists simulations_undesigned on simulations (id) include (project_id)
    where status = 'QUEUED' and design_revision is null and desired_status <> 'STOPPED'`,
  // What has waited for the longest beyond what it may; in s since 1970, which no time zone changes.
  `create index if not exists simulations_overdue on simulations
    ((date_part('epoch', created_at - to_timestamp(0)) + max_queue_time)) where status = 'QUEUED'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
