// gRPC statuses to the orchestrator's EngineError. Whatever is not a refusal named by the contract is UNAVAILABLE:
// the outcome is unknown, and asking again is safe.
import { type Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { EngineError, type EngineErrorCode } from "../../core/ports/engines.ts";
import type { ReportWarning } from "../../core/ports/store.ts";
import { ConfigProblems } from "../../gen/architech/engine/v1/engine.ts";

const byWord: Readonly<Record<string, EngineErrorCode>> = {
  STALE_TOKEN: "STALE_TOKEN",
  SUPERSEDED_ATTEMPT: "SUPERSEDED_ATTEMPT",
  TOMBSTONED: "TOMBSTONED",
  EXPIRED: "EXPIRED",
  RUN_ENDED: "RUN_ENDED",
  NOT_REPRODUCIBLE: "NOT_REPRODUCIBLE",
  CONFIG_MISMATCH: "CONFIG_MISMATCH",
  ENGINE_FULL: "FULL",
  DRAINING: "DRAINING",
};

const byStatus: Readonly<Partial<Record<status, EngineErrorCode>>> = {
  [status.NOT_FOUND]: "NOT_FOUND",
  [status.INVALID_ARGUMENT]: "INVALID_CONFIG",
  [status.ALREADY_EXISTS]: "CONFIG_MISMATCH",
  [status.OUT_OF_RANGE]: "OUT_OF_RANGE",
  [status.ABORTED]: "STREAM_TAKEN",
};

export function engineErrorFrom(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown;
  if (!isServiceError(thrown)) return new EngineError("UNAVAILABLE", textOf(thrown));
  const code = wordOf(thrown.metadata) ?? messageCode(thrown) ?? byStatus[thrown.code] ?? "UNAVAILABLE";
  const problems = code === "INVALID_CONFIG" ? problemsOf(thrown.metadata) : [];
  return new EngineError(code, bounded(explained(thrown.details || thrown.message)), problems);
}

/** What grpc-js says of an engine that ends the connection, with an alert or without a word: it is about TLS. */
function explained(details: string): string {
  if (!/Last error: Failed to connect|SSL alert number/.test(details)) return details;
  return `The engine ended the connection while it was made: either it speaks TLS and we do not (grpcs://), or it asks for another certificate of ours. ${details}`;
}

// What grpc-js itself finds wrong with a message has the same statuses as trouble on the way, and no word of the
// contract: only its text tells a message that is too large, or no protobuf, from a connection that broke.
function messageCode(error: ServiceError): EngineErrorCode | undefined {
  const { code, details } = error;
  if (code === status.RESOURCE_EXHAUSTED) return /larger than max/i.test(details) ? "PROTOCOL" : "FULL";
  if (code === status.INTERNAL && /parsing error/i.test(details)) return "PROTOCOL";
  return undefined;
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return (
    thrown instanceof Error && "code" in thrown && typeof thrown.code === "number" && "details" in thrown
  );
}

function wordOf(metadata: Metadata | undefined): EngineErrorCode | undefined {
  const word = metadata?.get("engine-error")[0];
  return typeof word === "string" ? byWord[word] : undefined;
}

function problemsOf(metadata: Metadata | undefined): readonly ReportWarning[] {
  const encoded = metadata?.get("engine-problems-bin")[0];
  if (!(encoded instanceof Uint8Array)) return [];
  try {
    return ConfigProblems.decode(encoded)
      .problems.slice(0, 50)
      .map((problem) => ({
        code: bounded(problem.code, 64),
        path: bounded(problem.path, 200),
        message: bounded(problem.message),
      }));
  } catch {
    return [];
  }
}

function textOf(thrown: unknown): string {
  return bounded(thrown instanceof Error ? thrown.message : String(thrown));
}

export function bounded(text: string, length = 500): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
