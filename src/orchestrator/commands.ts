// What users ask of simulations. A command records what is wanted and answers; it never waits for an engine.
import type { SimulationFilter } from "../core/ports/store.ts";
import type { Labels, Simulation } from "../core/simulation.ts";
import type { Viewer } from "../core/viewer.ts";

export interface StartRequest {
  readonly designId: string;
  readonly projectId?: string;
  readonly idempotencyKey?: string;
  readonly seed?: number;
  /** Simulated s; left out: as the design says. */
  readonly duration?: number;
  /** Simulated s per wall s; 0 = as fast as possible. */
  readonly speed: number;
  readonly labels?: Labels;
  readonly startPaused?: boolean;
  /** Wall s; each at most what the service allows. */
  readonly maxWallTime?: number;
  readonly maxPause?: number;
  readonly maxQueueTime?: number;
}

/**
 * Every command throws ServiceError for a refusal: BAD_INPUT (details.path), DESIGN_NOT_FOUND,
 * DESIGN_INVALID (details.problems: {code, path, message}[]), IDEMPOTENCY_CONFLICT (details.simulationId, details.fields: string[]),
 * LIMIT_EXCEEDED (details.limit: string, details.maximum: number), SIMULATION_NOT_FOUND,
 * INVALID_TRANSITION (details.status, details.desiredStatus), UNAVAILABLE.
 */
export interface Commands {
  start(viewer: Viewer, request: StartRequest): Promise<Simulation>;
  stop(viewer: Viewer, id: string): Promise<Simulation>;
  pause(viewer: Viewer, id: string): Promise<Simulation>;
  resume(viewer: Viewer, id: string): Promise<Simulation>;
  setSpeed(viewer: Viewer, id: string, speed: number): Promise<Simulation>;
  /** Stops all that match, at most `limits.bulkStopMax` in one call; `matched` more than that: call again. */
  stopMany(
    viewer: Viewer,
    filter: SimulationFilter,
  ): Promise<{ readonly matched: number; readonly stopped: readonly Simulation[] }>;
}
