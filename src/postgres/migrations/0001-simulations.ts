// Simulations, their logs and documents, and the leases.
//
// No foreign keys: events and documents are written only under the lock of their simulation's row, and the
// checks would cost a lookup for each event.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // Free space in each page lets the many small updates of a row stay in its page, without touching an index.
  `create table simulations (
    id uuid primary key,
    project_id text not null,
    user_id text not null,
    design_id text not null,
    idempotency_key text,
    created_at timestamptz not null,
    design_revision bigint,
    design_name text,
    status text not null check (status in
      ('QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'COMPLETED', 'STOPPED', 'FAILED')),
    desired_status text not null check (desired_status in ('RUNNING', 'PAUSED', 'STOPPED')),
    failure jsonb,
    waiting jsonb,
    stale_reason text,
    speed float8 not null,
    desired_speed float8 not null,
    seed bigint not null,
    duration float8,
    progress float8 not null,
    simulated_time float8 not null,
    attempt int not null,
    last_seq int not null,
    version bigint not null,
    last_status_seq int not null,
    last_metrics_seq int not null,
    restart_seq int not null,
    metrics_kept boolean not null default true,
    labels jsonb not null,
    start_time timestamptz,
    end_time timestamptz,
    owner text,
    fencing_token bigint not null,
    engine text,
    engine_instance text,
    engine_version text,
    engine_deterministic boolean not null,
    engine_seq bigint not null,
    engine_digest bytea,
    fresh_attempts int not null,
    paused_since timestamptz,
    paused_ms float8 not null,
    max_wall_time float8 not null,
    max_pause float8 not null,
    max_queue_time float8 not null
  ) with (fillfactor = 60)`,
  // Nulls are distinct: without a key, nothing conflicts.
  "create unique index simulations_key on simulations (user_id, project_id, idempotency_key)",
  // For lists: one for each combination of project, user and design, so that each is walked in the order of ids.
  // The status comes before the id; a list of any status is a walk for each.
  "create index simulations_status on simulations (status, id)",
  "create index simulations_project on simulations (project_id, status, id)",
  "create index simulations_user on simulations (user_id, status, id)",
  "create index simulations_design on simulations (design_id, status, id)",
  "create index simulations_project_user on simulations (project_id, user_id, status, id)",
  "create index simulations_project_design on simulations (project_id, design_id, status, id)",
  "create index simulations_user_design on simulations (user_id, design_id, status, id)",
  `create index simulations_project_user_design on simulations
    (project_id, user_id, design_id, status, id)`,
  "create index simulations_labels on simulations using gin (labels jsonb_path_ops)",
  "create index simulations_queued on simulations (project_id, user_id, id) where status = 'QUEUED'",
  "create index simulations_retention on simulations (end_time) where metrics_kept and end_time is not null",
  `create index simulations_owner on simulations (owner)
    where owner is not null and status in ('QUEUED', 'STARTING', 'RUNNING', 'PAUSED')`,
  `create index simulations_active on simulations (owner, engine)
    where status in ('STARTING', 'RUNNING', 'PAUSED')`,

  // A body is only ever written and read whole: as text (json) it costs half of what jsonb does.
  `create table events (
    simulation_id uuid not null,
    seq int not null,
    at timestamptz not null,
    type text not null,
    simulated_time float8 not null,
    engine_seq bigint,
    body json not null,
    measures float8[],
    component_ids text[],
    component_measures float8[],
    primary key (simulation_id, seq)
  )`,
  // A log is mostly metrics; this finds the rest without walking through them.
  "create index events_other on events (simulation_id, seq) where type <> 'METRICS_SAMPLED'",

  // The design is kept as text (json, not jsonb): as it was fetched.
  `create table simulation_documents (
    simulation_id uuid primary key,
    input jsonb not null,
    design json,
    engine_encoded bytea,
    engine_digest bytea,
    engine_parts jsonb,
    report jsonb
  )`,

  // Names the runs of this database on engines that others use too.
  `create table installation (
    single boolean primary key default true check (single),
    id text not null default gen_random_uuid()::text
  )`,
  "insert into installation default values",

  "create table replicas (id text primary key, expires_at timestamptz not null)",
  `create table scheduler_lease (
    single boolean primary key default true check (single),
    holder text not null,
    expires_at timestamptz not null
  )`,
];
