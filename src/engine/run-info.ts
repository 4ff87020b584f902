import { type RunInfo, type RunKey, RunState } from "../gen/architech/engine/v1/engine.ts";
import type { Run } from "./run.ts";
import { engineVersion } from "./version.ts";

/** @param fencingToken the highest seen for the run's simulation */
export function infoOf(run: Run, fencingToken: number, engineInstanceId: string, created = false): RunInfo {
  return {
    run: run.key,
    created,
    state: run.state,
    firstSeq: run.firstSeq,
    lastSeq: run.lastSeq,
    simTimeMs: run.simTimeMs,
    horizonMs: run.horizonMs,
    speed: run.speed,
    configDigest: run.configDigest,
    fencingToken,
    engineInstanceId,
    engineVersion,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    reason: run.reason,
  };
}

/** What Stop answers for a run that is not there: it is stopped, and never was. */
export function infoOfNone(
  run: RunKey,
  fencingToken: number,
  engineInstanceId: string,
  reason: string,
): RunInfo {
  return {
    run,
    created: false,
    state: RunState.RUN_STATE_STOPPED,
    firstSeq: 1,
    lastSeq: 0,
    simTimeMs: 0,
    horizonMs: 0,
    speed: 0,
    configDigest: new Uint8Array(),
    fencingToken,
    engineInstanceId,
    engineVersion,
    startedAt: undefined,
    endedAt: new Date(),
    reason,
  };
}
