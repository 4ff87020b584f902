import { status } from "@grpc/grpc-js";
import type { SimulationConfig, StartRequest } from "../gen/architech/engine/v1/engine.ts";
import { configRefused, refusal } from "./errors.ts";
import type { Limits } from "./limits.ts";
import { problemsOf } from "./model/validate.ts";
import { checkStart, keyOf, tokenOf } from "./requests.ts";
import type { Run } from "./run.ts";
import type { RunRegistry } from "./run-registry.ts";
import type { RunPlan } from "./thread-messages.ts";

/**
 * The rules of Start, in the order in which they speak. Nothing has changed where one of them refuses, except
 * that a higher token has been seen.
 */
export function startRun(
  request: StartRequest,
  registry: RunRegistry,
  limits: Limits,
  draining: boolean,
): { run: Run; created: boolean } {
  const key = keyOf(request);
  const token = tokenOf(request);
  checkStart(request);

  const fence = registry.fences.pass(key, token);
  if (fence !== undefined && key.attempt < fence.attempt) {
    throw refused("SUPERSEDED_ATTEMPT", `attempt ${fence.attempt} of this simulation was seen before`);
  }
  const existing = registry.find(key);
  if (existing !== undefined) return { run: sameRun(existing, request), created: false };
  if (fence !== undefined && key.attempt <= fence.stoppedAttempt) {
    throw refused("TOMBSTONED", "this run was stopped before it began");
  }
  if (request.expiresAt !== undefined && request.expiresAt.getTime() <= Date.now()) {
    throw refused("EXPIRED", "expires_at has passed");
  }
  if (draining) throw refusal(status.UNAVAILABLE, "DRAINING", "the engine takes no new runs");
  const config = runnable(request);
  const others = registry.attemptsOf(key).filter((run) => !run.ended);
  if (registry.underWay - others.length >= limits.capacity) {
    throw refusal(status.RESOURCE_EXHAUSTED, "ENGINE_FULL", `all ${limits.capacity} places are taken`);
  }

  for (const other of others) other.stop(`superseded by attempt ${key.attempt}`);
  registry.fences.raise(key, token);
  const run = registry.begin({
    key,
    configDigest: request.configDigest,
    orphanTimeoutMs: request.orphanTimeoutMs === 0 ? limits.orphanTimeoutMs : request.orphanTimeoutMs,
    plan: planOf(request, config, limits),
  });
  return { run, created: true };
}

/** The run that an earlier Start with this name began. */
function sameRun(run: Run, { configDigest }: StartRequest): Run {
  if (Buffer.compare(run.configDigest, configDigest) !== 0) {
    throw refusal(status.ALREADY_EXISTS, "CONFIG_MISMATCH", "the run exists with another config_digest");
  }
  run.renew();
  return run;
}

/** The config, where the engine can run it together with the faults of the lost attempt. */
function runnable({ config, appliedFaults }: StartRequest): SimulationConfig {
  if (config === undefined) {
    throw configRefused([{ code: "REQUIRED", path: "", message: "config is required", warning: false }]);
  }
  const faults = [...config.faults, ...appliedFaults];
  const problems = problemsOf({ ...config, faults }).filter((problem) => !problem.warning);
  if (problems.length > 0) throw configRefused(problems);
  return config;
}

function planOf(request: StartRequest, config: SimulationConfig, limits: Limits): RunPlan {
  const maxWallMs = config.control?.maxWallMs ?? 0;
  return {
    config,
    speed: request.speed,
    startPaused: request.startPaused,
    resumeAfterSeq: request.resumeAfterSeq,
    expectedDigest: request.expectedDigest,
    appliedFaults: request.appliedFaults.toSorted((a, b) => a.atMs - b.atMs),
    resumeAtMs: request.resumeAtMs,
    windowEvents: limits.windowEvents,
    windowBytes: limits.windowBytes,
    maxWallMs: maxWallMs > 0 ? maxWallMs : limits.maxWallMs,
  };
}

function refused(word: "SUPERSEDED_ATTEMPT" | "TOMBSTONED" | "EXPIRED", message: string) {
  return refusal(status.FAILED_PRECONDITION, word, message);
}
