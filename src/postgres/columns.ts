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

/** How far the run has come: what almost every change is about. None of them is in an index. */
export const movingColumns = {
  progress: "float8",
  simulated_time: "float8",
  last_seq: "int",
  version: "bigint",
  last_status_seq: "int",
  last_metrics_seq: "int",
  engine_seq: "bigint",
  engine_digest: "bytea",
} as const;

/** How the simulation stands. */
export const standingColumns = {
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
  attempt: "int",
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
  fresh_attempts: "int",
  paused_since: "timestamptz",
  paused_ms: "float8",
  max_wall_time: "float8",
  max_pause: "float8",
  max_queue_time: "float8",
} as const;

export const changingColumns = { ...movingColumns, ...standingColumns };

export type FixedColumn = keyof typeof fixedColumns;
export const movingNames = namesOf(movingColumns);
export const standingNames = namesOf(standingColumns);

export type MovingColumn = keyof typeof movingColumns;
export type StandingColumn = keyof typeof standingColumns;
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

/** For an array of such values as a parameter. Bytes travel as hex text. */
export function arrayTypeOf(type: string): string {
  return `${type === "bytea" ? "text" : type}[]`;
}

function namesOf<Columns extends ColumnTypes>(columns: Columns): readonly (keyof Columns & string)[] {
  const isName = (name: string): name is keyof Columns & string => name in columns;
  return Object.keys(columns).filter(isName);
}
