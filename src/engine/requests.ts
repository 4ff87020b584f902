import type { Fault, RunKey, StartRequest } from "../gen/architech/engine/v1/engine.ts";
import { digestBytes } from "./digest.ts";
import { invalid } from "./errors.ts";
import { maxIdLength } from "./limits.ts";

// What a request must be before it is looked at: every field in range, nothing missing. All throw INVALID_ARGUMENT.

export function keyOf({ run }: { run?: RunKey | undefined }): RunKey {
  if (run === undefined) throw invalid("run is required");
  identifier("run.installation_id", run.installationId);
  identifier("run.simulation_id", run.simulationId);
  if (run.attempt < 1) throw invalid(`run.attempt is ${run.attempt}; attempts count from 1`);
  return run;
}

export function tokenOf({ fencingToken }: { fencingToken: number }): number {
  return wholeNumber("fencing_token", fencingToken);
}

export function identifier(name: string, value: string): string {
  if (value === "") throw invalid(`${name} is required`);
  if (value.length > maxIdLength) throw invalid(`${name} is longer than ${maxIdLength} characters`);
  return value;
}

/** A seq, a count or a token. */
export function wholeNumber(name: string, value: number): number {
  if (value < 0) throw invalid(`${name} is ${value}; it cannot be negative`);
  return value;
}

/** A time, a speed: finite and not negative. */
export function quantity(name: string, value: number): number {
  if (!Number.isFinite(value) || value < 0)
    throw invalid(`${name} is ${value}; it must be finite and not negative`);
  return value;
}

export function faultOf(fault: Fault | undefined): Fault {
  if (fault === undefined) throw invalid("fault is required");
  identifier("fault.id", fault.id);
  return fault;
}

/** The fields of Start that are not the key, the token or the config. */
export function checkStart(request: StartRequest): void {
  const { configDigest, expectedDigest, resumeAfterSeq, appliedFaults } = request;
  if (configDigest.length === 0 || configDigest.length > 64)
    throw invalid("config_digest must have 1 to 64 bytes");
  quantity("speed", request.speed);
  quantity("orphan_timeout_ms", request.orphanTimeoutMs);
  quantity("resume_at_ms", request.resumeAtMs);
  wholeNumber("resume_after_seq", resumeAfterSeq);
  if (resumeAfterSeq > 0 && expectedDigest.length !== digestBytes) {
    throw invalid(`expected_digest must have ${digestBytes} bytes where resume_after_seq is not 0`);
  }
  for (const [index, fault] of appliedFaults.entries()) {
    identifier(`applied_faults[${index}].id`, fault.id);
    quantity(`applied_faults[${index}].at_ms`, fault.atMs);
  }
}
