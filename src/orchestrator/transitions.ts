// Pure: what a confirmation or an intent makes of a simulation. The table of the state machine says what may be;
// this says what is then written.
import type { NewEvent } from "../core/events.ts";
import type { Change, SimulationPatch } from "../core/ports/store.ts";
import { type DesiredStatus, type Failure, isTerminal, type Simulation } from "../core/simulation.ts";
import { answerTo, type Confirmation, confirmations, type Intent } from "../core/state-machine.ts";

export interface Learnt {
  readonly reason?: string;
  /** With "failed". */
  readonly failure?: Failure;
  /** Simulated s at which it is so; left out: as stored. */
  readonly simulatedTime?: number;
  readonly now?: Date;
}

/** Null: the confirmation changes nothing, or cannot be said of this simulation any more. */
export function confirm(
  simulation: Simulation,
  confirmation: Confirmation,
  learnt: Learnt = {},
): Change | null {
  const next = confirmations[simulation.status][confirmation];
  if (next === "same" || next === "never") return null;
  const now = learnt.now ?? new Date();
  const simulatedTime = learnt.simulatedTime ?? simulation.simulatedTime;
  const patch: SimulationPatch = {
    status: next,
    simulatedTime,
    waiting: null,
    ...(simulation.startTime === null && hasBegun(next) ? { startTime: now } : {}),
    ...(isTerminal(next)
      ? {
          endTime: now,
          staleReason: null,
          failure: next === "FAILED" ? (learnt.failure ?? simulation.failure) : null,
        }
      : {}),
    run: pauseAccount(simulation, next, now),
  };
  return {
    patch,
    events: [statusEvent({ ...simulation, status: next, simulatedTime }, simulation.status, learnt.reason)],
  };
}

function hasBegun(status: Simulation["status"]): boolean {
  return status === "RUNNING" || status === "PAUSED" || status === "COMPLETED";
}

// Paused time does not count against the wall-time bound.
function pauseAccount(
  simulation: Simulation,
  next: Simulation["status"],
  now: Date,
): Partial<Simulation["run"]> {
  const since = simulation.run.pausedSince;
  if (next === "PAUSED") return { pausedSince: now };
  if (since === null) return {};
  return {
    pausedSince: null,
    pausedMs: simulation.run.pausedMs + Math.max(0, now.getTime() - since.getTime()),
  };
}

const desiredBy: Record<Exclude<Intent, "setSpeed">, DesiredStatus> = {
  stop: "STOPPED",
  pause: "PAUSED",
  resume: "RUNNING",
};

/** What an intent about the status records; "done" where it is so already, "refuse" where it can never be. */
export function intend(
  simulation: Simulation,
  intent: Exclude<Intent, "setSpeed">,
  reason?: string,
): Change | "done" | "refuse" {
  const answer = answerTo(intent, simulation.status, simulation.desiredStatus);
  if (answer !== "record") return answer;
  const desiredStatus = desiredBy[intent];
  const wanting: Simulation = { ...simulation, desiredStatus };
  // Nobody owns a QUEUED simulation: there is no engine run to end, so it ends here.
  if (intent === "stop" && simulation.status === "QUEUED") {
    const stopped = confirm(wanting, "stopped", reason === undefined ? {} : { reason });
    if (stopped !== null) return { ...stopped, patch: { ...stopped.patch, desiredStatus } };
  }
  return { patch: { desiredStatus }, events: [statusEvent(wanting, simulation.status, reason)] };
}

export function intendSpeed(simulation: Simulation, desiredSpeed: number): Change | "done" | "refuse" {
  const answer = answerTo("setSpeed", simulation.status, simulation.desiredStatus);
  if (answer !== "record") return answer;
  if (simulation.desiredSpeed === desiredSpeed) return "done";
  // Before there is a run, what is desired is what it will begin with.
  const speed = simulation.status === "QUEUED" ? desiredSpeed : simulation.speed;
  return { patch: { desiredSpeed, speed }, events: [speedEvent({ ...simulation, speed, desiredSpeed })] };
}

/** The engine confirmed its speed. Null: nothing new. */
export function confirmSpeed(simulation: Simulation, speed: number): Change | null {
  if (simulation.speed === speed) return null;
  return { patch: { speed }, events: [speedEvent({ ...simulation, speed })] };
}

/** The status event of a simulation as it stands after the change. */
export function statusEvent(
  simulation: Simulation,
  previousStatus: Simulation["status"],
  reason: string | undefined,
): NewEvent {
  const { status, desiredStatus, simulatedTime } = simulation;
  return {
    simulatedTime,
    engineSeq: null,
    body: { type: "STATUS_CHANGED", status, previousStatus, desiredStatus, reason: reason ?? null },
  };
}

function speedEvent(simulation: Simulation): NewEvent {
  const { speed, desiredSpeed, simulatedTime } = simulation;
  return { simulatedTime, engineSeq: null, body: { type: "SPEED_CHANGED", speed, desiredSpeed } };
}

/** A simulation as a change leaves it: for deciding one thing after another in one transaction. */
export function applied(simulation: Simulation, patch: SimulationPatch): Simulation {
  const { run, ...rest } = patch;
  return { ...simulation, ...rest, run: { ...simulation.run, ...run } };
}
