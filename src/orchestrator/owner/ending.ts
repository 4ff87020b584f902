// How a simulation ends that was asked to: STOPPED, or FAILED where a bound was the reason.
import type { Change } from "../../core/ports/store.ts";
import type { Simulation } from "../../core/simulation.ts";
import { applied, confirm, intend } from "../transitions.ts";

/** The run is over by the engine's word, or beyond doubt. */
export function ended(simulation: Simulation, simulatedTime?: number, reason?: string): Change | null {
  const at =
    simulatedTime === undefined ? {} : { simulatedTime: Math.max(simulatedTime, simulation.simulatedTime) };
  const why = reason ?? simulation.failure?.message;
  const learnt = why === undefined ? at : { ...at, reason: why };
  return simulation.failure === null
    ? confirm(simulation, "stopped", learnt)
    : confirm(simulation, "failed", { ...learnt, failure: simulation.failure });
}

/** The bound that the simulation has run into, if any. */
export function boundReached(simulation: Simulation, now: Date): Change | null {
  const { startTime, run, desiredStatus } = simulation;
  if (startTime === null || desiredStatus === "STOPPED") return null;
  const held = run.pausedSince === null ? 0 : now.getTime() - run.pausedSince.getTime();
  if (held > run.maxPause * 1000) {
    return stopping(simulation, `Paused for longer than ${run.maxPause} s.`);
  }
  const ran = now.getTime() - startTime.getTime() - run.pausedMs - held;
  if (ran > run.maxWallTime * 1000) {
    const message = `Ran for longer than ${run.maxWallTime} s of wall time.`;
    return stopping(simulation, message, { code: "WALL_TIME_EXCEEDED", message });
  }
  return null;
}

function stopping(simulation: Simulation, reason: string, failure?: Simulation["failure"]): Change | null {
  const change = intend(simulation, "stop", reason);
  if (typeof change === "string") return null;
  return failure === undefined ? change : { ...change, patch: { ...change.patch, failure } };
}

/** A simulation that waited in the queue for longer than its bound. */
export function waitedTooLong(simulation: Simulation): Change | null {
  if (simulation.status !== "QUEUED") return null;
  const waitedFor = simulation.waiting === null ? "" : ` It waited for this: ${simulation.waiting.message}`;
  const message = `Waited in the queue for longer than ${simulation.run.maxQueueTime} s.${waitedFor}`;
  const failure = { code: "QUEUE_TIME_EXCEEDED", message };
  return confirm(applied(simulation, { failure }), "failed", { reason: message, failure });
}
