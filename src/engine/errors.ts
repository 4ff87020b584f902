import { Metadata, type ServerErrorResponse, status } from "@grpc/grpc-js";
import { ConfigProblem, ConfigProblems } from "../gen/architech/engine/v1/engine.ts";
import { maxProblemBytes } from "./limits.ts";

/** The words of the metadata key `engine-error`. */
export type ErrorWord =
  | "STALE_TOKEN"
  | "SUPERSEDED_ATTEMPT"
  | "TOMBSTONED"
  | "EXPIRED"
  | "NOT_REPRODUCIBLE"
  | "RUN_ENDED"
  | "CONFIG_MISMATCH"
  | "ENGINE_FULL"
  | "DRAINING";

/** A refusal of the contract: the only error that a handler throws on purpose. */
export class EngineError extends Error {
  readonly code: status;
  readonly metadata: Metadata;

  constructor(code: status, message: string, metadata = new Metadata()) {
    super(message);
    this.code = code;
    this.metadata = metadata;
  }
}

/** A refusal with one of the machine-readable words. */
export function refusal(code: status, word: ErrorWord, message: string): EngineError {
  const metadata = new Metadata();
  metadata.set("engine-error", word);
  return new EngineError(code, message, metadata);
}

export function invalid(message: string): EngineError {
  return new EngineError(status.INVALID_ARGUMENT, message);
}

/** The config cannot be run. As many problems travel along as fit in a header; the message tells how many. */
export function configRefused(problems: readonly ConfigProblem[]): EngineError {
  const metadata = new Metadata();
  const told = fitting(problems);
  metadata.set("engine-problems-bin", Buffer.from(ConfigProblems.encode({ problems: told }).finish()));
  const first = problems[0];
  const cut = told.length < problems.length ? `, the first ${told.length} attached` : "";
  const message = `the engine cannot run this config: ${problems.length} problem(s)${cut}`;
  return new EngineError(
    status.INVALID_ARGUMENT,
    first === undefined ? message : `${message}; ${first.path}: ${first.message}`.slice(0, 1_000),
    metadata,
  );
}

/** Anything thrown, as what gRPC sends. What is not an EngineError tells the caller nothing but INTERNAL. */
export function serverError(thrown: unknown): ServerErrorResponse {
  const error =
    thrown instanceof EngineError ? thrown : new EngineError(status.INTERNAL, "the engine made a mistake");
  return {
    name: "EngineError",
    message: error.message,
    code: error.code,
    details: error.message,
    metadata: error.metadata,
  };
}

function fitting(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const told: ConfigProblem[] = [];
  let bytes = 0;
  for (const problem of problems) {
    const short = { ...problem, path: problem.path.slice(0, 500), message: problem.message.slice(0, 500) };
    bytes += ConfigProblem.encode(short).finish().length + 4;
    if (bytes > maxProblemBytes) break;
    told.push(short);
  }
  return told;
}
