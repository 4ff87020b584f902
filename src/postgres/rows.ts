// Row <-> simulation.
import type { Selectable } from "kysely";
import type { SimulationEvent } from "../core/events.ts";
import type { Simulation } from "../core/simulation.ts";
import {
  type ChangingColumn,
  type FixedColumn,
  type MovingColumn,
  type StandingColumn,
  standingNames,
} from "./columns.ts";
import type { EventsTable, SimulationsTable } from "./schema.ts";
import type { Stored } from "./stored.ts";

export type SimulationRow = Selectable<SimulationsTable>;
export type EventRow = Selectable<Omit<EventsTable, "measures" | "component_ids" | "component_measures">>;

export function storedOf(row: SimulationRow): Stored {
  return {
    simulation: simulationOf(row),
    lastStatusSeq: row.last_status_seq,
    lastMetricsSeq: row.last_metrics_seq,
    restartSeq: row.restart_seq,
  };
}

export function simulationOf(row: SimulationRow): Simulation {
  return {
    id: row.id,
    projectId: row.project_id,
    userId: row.user_id,
    designId: row.design_id,
    designRevision: row.design_revision,
    designName: row.design_name,
    status: row.status,
    desiredStatus: row.desired_status,
    failure: row.failure,
    waiting: row.waiting,
    staleReason: row.stale_reason,
    speed: row.speed,
    desiredSpeed: row.desired_speed,
    seed: row.seed,
    duration: row.duration,
    progress: row.progress,
    simulatedTime: row.simulated_time,
    attempt: row.attempt,
    lastSeq: row.last_seq,
    version: row.version,
    labels: row.labels,
    createdAt: row.created_at,
    startTime: row.start_time,
    endTime: row.end_time,
    run: {
      owner: row.owner,
      fencingToken: row.fencing_token,
      engine: row.engine,
      engineInstance: row.engine_instance,
      engineVersion: row.engine_version,
      engineDeterministic: row.engine_deterministic,
      engineSeq: row.engine_seq,
      engineDigest: bytesOf(row.engine_digest),
      freshAttempts: row.fresh_attempts,
      pausedSince: row.paused_since,
      pausedMs: row.paused_ms,
      maxWallTime: row.max_wall_time,
      maxPause: row.max_pause,
      maxQueueTime: row.max_queue_time,
    },
  };
}

/** The moving part of a row, as JSON can carry it. */
export function movingValues(stored: Stored): Record<MovingColumn, string | number | null> {
  const { simulation } = stored;
  const { run } = simulation;
  return {
    progress: simulation.progress,
    simulated_time: simulation.simulatedTime,
    last_seq: simulation.lastSeq,
    version: simulation.version,
    last_status_seq: stored.lastStatusSeq,
    last_metrics_seq: stored.lastMetricsSeq,
    engine_seq: run.engineSeq,
    engine_digest: hexOf(run.engineDigest),
  };
}

/** The standing part of a row, as JSON can carry it. */
export function standingValues(stored: Stored): Record<StandingColumn, unknown> {
  const { simulation } = stored;
  const { run } = simulation;
  return {
    design_revision: simulation.designRevision,
    design_name: simulation.designName,
    status: simulation.status,
    desired_status: simulation.desiredStatus,
    failure: simulation.failure,
    waiting: simulation.waiting,
    stale_reason: simulation.staleReason,
    speed: simulation.speed,
    desired_speed: simulation.desiredSpeed,
    seed: simulation.seed,
    duration: simulation.duration,
    attempt: simulation.attempt,
    restart_seq: stored.restartSeq,
    labels: simulation.labels,
    start_time: simulation.startTime,
    end_time: simulation.endTime,
    owner: run.owner,
    fencing_token: run.fencingToken,
    engine: run.engine,
    engine_instance: run.engineInstance,
    engine_version: run.engineVersion,
    engine_deterministic: run.engineDeterministic,
    fresh_attempts: run.freshAttempts,
    paused_since: run.pausedSince,
    paused_ms: run.pausedMs,
    max_wall_time: run.maxWallTime,
    max_pause: run.maxPause,
    max_queue_time: run.maxQueueTime,
  };
}

/** The changing part of a row, as JSON can carry it. */
export function changingValues(stored: Stored): Record<ChangingColumn, unknown> {
  return { ...movingValues(stored), ...standingValues(stored) };
}

/** Whether the two differ in nothing but how far the run has come. Objects are the same only if they are one. */
export function standsTheSame(one: Stored, other: Stored): boolean {
  const [values, others] = [standingValues(one), standingValues(other)];
  return standingNames.every((name) => values[name] === others[name]);
}

export function fixedValues(
  simulation: Simulation,
  idempotencyKey: string | null,
): Record<FixedColumn, unknown> {
  return {
    id: simulation.id,
    project_id: simulation.projectId,
    user_id: simulation.userId,
    design_id: simulation.designId,
    idempotency_key: idempotencyKey,
    created_at: simulation.createdAt,
  };
}

export function eventOf(row: EventRow): SimulationEvent {
  return {
    simulationId: row.simulation_id,
    seq: row.seq,
    at: row.at,
    simulatedTime: row.simulated_time,
    engineSeq: row.engine_seq,
    body: row.body,
  };
}

/** `pg` gives a Buffer, which is more than bytes (its JSON, its equality). */
export function bytesOf(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : new Uint8Array(bytes);
}

export function hexOf(bytes: Uint8Array | null): string | null {
  return bytes === null
    ? null
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
