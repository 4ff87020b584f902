// What an engine says of a run as a whole.
import { EngineError, type EngineRunInfo, type EngineRunState } from "../../core/ports/engines.ts";
import { type RunInfo, RunState } from "../../gen/architech/engine/v1/engine.ts";
import { bounded } from "./errors.ts";
import { count, seconds } from "./numbers.ts";

const states: ReadonlyMap<number, EngineRunState> = new Map([
  [RunState.RUN_STATE_QUEUED, "QUEUED"],
  [RunState.RUN_STATE_RUNNING, "RUNNING"],
  [RunState.RUN_STATE_PAUSED, "PAUSED"],
  [RunState.RUN_STATE_COMPLETED, "COMPLETED"],
  [RunState.RUN_STATE_STOPPED, "STOPPED"],
  [RunState.RUN_STATE_FAILED, "FAILED"],
]);

export function runState(state: number): EngineRunState {
  const known = states.get(state);
  if (known === undefined) throw new EngineError("PROTOCOL", `The engine sent run state ${state}.`);
  return known;
}

export function runInfoFrom(info: RunInfo): EngineRunInfo {
  if (info.run === undefined) throw new EngineError("PROTOCOL", "The engine answered without naming a run.");
  return {
    simulationId: bounded(info.run.simulationId, 200),
    attempt: count(info.run.attempt, "an attempt"),
    state: runState(info.state),
    lastSeq: count(info.lastSeq, "last_seq"),
    simulatedTime: seconds(info.simTimeMs, "a simulated time"),
    engineInstance: bounded(info.engineInstanceId, 200),
    engineVersion: bounded(info.engineVersion, 200),
    reason: bounded(info.reason),
  };
}
