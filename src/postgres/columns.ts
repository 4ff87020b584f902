// The columns of a simulation's row with their types in SQL. The lists say which may change; statements that
// take many rows as one JSON parameter are made from them.

/** Set once, when the simulation is created. */
export const fixedColumns = {
  id: "uuid",
  project_id: "text",
  user_id: "text",
  design_id: "text",
  idempotency_key: "text",
  created_at: "timestamptz",
} as const;

/** Written whole by each change. */
export const changingColumns = {
  design_revision: "bigint",
  design_name: "text",
  status: "text",
  desired_status: "text",
  failure: "jsonb",
  waiting: "jsonb",
  stale_reason: "text",
  speed: "float8",
  desired_speed: "float8",
  seed: "bigint",
  duration: "float8",
  progress: "float8",
  simulated_time: "float8",
  attempt: "int",
  last_seq: "int",
  version: "bigint",
  last_status_seq: "int",
  last_metrics_seq: "int",
  restart_seq: "int",
  labels: "jsonb",
  start_time: "timestamptz",
  end_time: "timestamptz",
  owner: "text",
  fencing_token: "bigint",
  engine: "text",
  engine_instance: "text",
  engine_version: "text",
  engine_deterministic: "boolean",
  engine_seq: "bigint",
  engine_digest: "bytea",
  fresh_attempts: "int",
  paused_since: "timestamptz",
  paused_ms: "float8",
  max_wall_time: "float8",
  max_pause: "float8",
  max_queue_time: "float8",
} as const;

export type FixedColumn = keyof typeof fixedColumns;
export type ChangingColumn = keyof typeof changingColumns;
export type ColumnTypes = Readonly<Record<string, string>>;

/** For `json_to_recordset(…) as r(<this>)`. JSON has no bytes: they travel as hex text. */
export function recordset(columns: ColumnTypes): string {
  return Object.entries(columns)
    .map(([name, type]) => `${name} ${type === "bytea" ? "text" : type}`)
    .join(", ");
}

/** The values of such a record `r`, in order. */
export function values(columns: ColumnTypes): readonly string[] {
  return Object.entries(columns).map(([name, type]) =>
    type === "bytea" ? `decode(r.${name}, 'hex')` : `r.${name}`,
  );
}
