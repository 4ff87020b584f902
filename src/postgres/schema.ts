// The tables, as queries see them. The migrations make them; this file follows.
//
// `simulations` is the row that is locked to change anything, and is kept small; `simulation_documents` holds
// the bulky parts; `events` is the log. Both drivers give Dates for timestamptz, numbers for int8 and float8,
// parsed values for json, bytes for bytea.
import type { ColumnType, Generated, Kysely } from "kysely";
import type { EventBody, EventType } from "../core/events.ts";
import type { EngineConfig, SimulationReport, StartInput } from "../core/ports/store.ts";
import type { DesiredStatus, Failure, Labels, SimulationStatus, Waiting } from "../core/simulation.ts";

export interface SimulationsTable {
  id: string;
  project_id: string;
  user_id: string;
  design_id: string;
  idempotency_key: string | null;
  created_at: ColumnType<Date, Date | string>;
  design_revision: number | null;
  design_name: string | null;
  status: SimulationStatus;
  desired_status: DesiredStatus;
  failure: Failure | null;
  waiting: Waiting | null;
  stale_reason: string | null;
  speed: number;
  desired_speed: number;
  seed: number;
  duration: number | null;
  progress: number;
  simulated_time: number;
  attempt: number;
  last_seq: number;
  version: number;
  /** The newest STATUS_CHANGED and METRICS_SAMPLED; 0: none. */
  last_status_seq: number;
  last_metrics_seq: number;
  /** Where the log began again from the start (ATTEMPT_STARTED without replay); 0: never. */
  restart_seq: number;
  /** False: retention has removed its metrics but the newest. */
  metrics_kept: Generated<boolean>;
  labels: Labels;
  start_time: ColumnType<Date | null, Date | string | null>;
  end_time: ColumnType<Date | null, Date | string | null>;
  owner: string | null;
  fencing_token: number;
  engine: string | null;
  engine_instance: string | null;
  engine_version: string | null;
  engine_deterministic: boolean;
  engine_seq: number;
  engine_digest: Uint8Array | null;
  fresh_attempts: number;
  paused_since: ColumnType<Date | null, Date | string | null>;
  paused_ms: number;
  max_wall_time: number;
  max_pause: number;
  max_queue_time: number;
}

export interface EventsTable {
  simulation_id: string;
  seq: number;
  at: Date;
  type: EventType;
  simulated_time: number;
  engine_seq: number | null;
  body: EventBody;
  /** Of METRICS_SAMPLED: its window, then the measures in the order of `metricsMeasures`; so that history needs no body. */
  measures: number[] | null;
  /** Of METRICS_SAMPLED: its components, and for each its measures in the order of `componentMeasures`. */
  component_ids: string[] | null;
  component_measures: number[] | null;
}

/** Samples in a row of one log, merged ahead (roll-up.ts). Arrays of measures are in the order of those of the events. */
export interface RollUpsTable {
  simulation_id: string;
  first_seq: number;
  last_seq: number;
  samples: number;
  from_time: number;
  first_time: number;
  last_time: number;
  lows: number[];
  sums: number[];
  highs: number[];
  component_ids: string[];
  component_samples: number[];
  component_lows: number[];
  component_sums: number[];
  component_highs: number[];
}

export interface DocumentsTable {
  simulation_id: string;
  input: StartInput;
  design: unknown;
  engine_encoded: Uint8Array | null;
  engine_digest: Uint8Array | null;
  engine_parts: Omit<EngineConfig, "encoded" | "digest"> | null;
  report: SimulationReport | null;
  /** Of what was known at the start: in `contents`, unless the column beside it has something. */
  design_hash: Uint8Array | null;
  engine_encoded_hash: Uint8Array | null;
  engine_parts_hash: Uint8Array | null;
}

/** Documents of starts, each once. */
export interface ContentsTable {
  /** SHA-256 of the content. */
  hash: Uint8Array;
  content: Uint8Array;
}

/** One row, made by the first migration. */
export interface InstallationTable {
  single: Generated<boolean>;
  id: Generated<string>;
}

export interface ReplicasTable {
  id: string;
  expires_at: Date;
  /** Null where a release before this one renewed it. */
  renewed_at: Date | null;
  /** The process id of the server's session by which it was renewed. */
  session: number | null;
}

/** One row at most. */
export interface SchedulerLeaseTable {
  single: Generated<boolean>;
  holder: string;
  expires_at: Date;
}

export interface Schema {
  simulations: SimulationsTable;
  events: EventsTable;
  metrics_roll_ups: RollUpsTable;
  simulation_documents: DocumentsTable;
  contents: ContentsTable;
  installation: InstallationTable;
  replicas: ReplicasTable;
  scheduler_lease: SchedulerLeaseTable;
}

export type Database = Kysely<Schema>;
