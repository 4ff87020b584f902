// Sessions that were ended early, announcements, and the audit trail.
import { type Kysely, sql } from "kysely";

const statements = [
  `create table revocations (
    user_id text primary key,
    revoked_at timestamptz not null,
    revoked_by text not null
  )`,
  `create index revocations_by_time on revocations (revoked_at)`,
  `create table announcements (
    id uuid primary key,
    message text not null,
    user_id text,
    announced_by text not null,
    at timestamptz not null,
    until timestamptz not null
  )`,
  `create index announcements_by_end on announcements (until)`,
  `create table audit (
    id uuid primary key,
    at timestamptz not null,
    user_id text not null,
    action text not null,
    subject text,
    simulation_id uuid,
    project_id text,
    transport text not null,
    address text not null,
    result text not null,
    correlation_id text
  )`,
  `create index audit_of_user on audit (user_id, id)`,
  `create index audit_of_project on audit (project_id, id)`,
  `create index audit_of_simulation on audit (simulation_id, id) where simulation_id is not null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
