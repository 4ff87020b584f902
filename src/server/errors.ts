// The one place where an error leaves the service, on every transport alike. A refusal shows its code and facts; a
// mistake of the client shows where it is; anything else is a defect: logged with all it says, and outside only
// the number under which it was logged.
import { randomUUID } from "node:crypto";
import { type FormattedExecutionResult, GraphQLError } from "graphql";
import { correlationId as correlationIdNow } from "../core/correlation.ts";
import { ServiceError } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import { type Meter, noMeter } from "../core/ports/meter.ts";
import { shortened, shortenedFacts } from "../core/shortened.ts";

export type ShapeError = (error: unknown) => GraphQLError;

interface ShapeOptions {
  readonly log: Log;
  /** "Did you mean …" tells names of the schema: only where the schema may be asked for anyway. */
  readonly suggestions: boolean;
  readonly meter?: Meter;
}

export function errorShaper({ log, suggestions, meter = noMeter }: ShapeOptions): ShapeError {
  // An error passes here once for each layer that it goes through; the second time it is done.
  const shaped = new WeakSet<GraphQLError>();

  function shape(error: unknown): GraphQLError {
    const cause = rootOf(error);
    if (cause instanceof ServiceError) {
      meter.count("simulations_graphql_errors_total", { code: cause.code });
      if (cause.code === "UNAVAILABLE") log.warn({ err: cause }, "A request was refused: unavailable.");
      return placed(error, cause.message, { ...shortenedFacts(cause.details), code: cause.code });
    }
    if (cause instanceof GraphQLError) {
      const message = suggestions ? cause.message : withoutSuggestion(cause.message);
      return placed(error, message, { code: "BAD_INPUT", ...shortenedFacts(cause.extensions) });
    }
    meter.count("simulations_graphql_errors_total", { code: "INTERNAL_SERVER_ERROR" });
    const correlationId = correlationIdNow() ?? randomUUID();
    log.error({ err: cause, correlationId, path: pathOf(error) }, "A request failed by a defect.");
    return placed(error, "Something went wrong in the service. The log has it under the correlation id.", {
      code: "INTERNAL_SERVER_ERROR",
      correlationId,
    });
  }

  return (error) => {
    if (error instanceof GraphQLError && shaped.has(error)) return error;
    const result = shape(error);
    shaped.add(result);
    return result;
  };
}

/** What was thrown first, beneath the wraps that say where. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

function pathOf(error: unknown): GraphQLError["path"] {
  return error instanceof GraphQLError ? error.path : undefined;
}

/** A new error at the place of an old one, without its cause. */
function placed(old: unknown, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(shortened(message), { ...placeOf(old), extensions });
}

function placeOf(error: unknown) {
  if (!(error instanceof GraphQLError)) return {};
  const { nodes = null, source = null, positions = null, path = null } = error;
  return { nodes, source, positions, path };
}

/** The same error with more to say to programs. */
export function extended(error: GraphQLError, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(error.message, {
    ...placeOf(error),
    extensions: { ...error.extensions, ...extensions },
  });
}

/** Linear in the message, which may hold what a client sent, uncut: a cut one could end within a suggestion. */
export function withoutSuggestion(message: string): string {
  const at = message.indexOf(" Did you mean ");
  return at < 0 || !message.endsWith("?") ? message : message.slice(0, at);
}

interface Result {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
  readonly extensions?: Record<string, unknown> | undefined;
}

/** A result as sent over a socket or a stream: what the specification names, and nothing else. */
export function formattedResult({ data, errors, extensions }: Result): FormattedExecutionResult {
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map(formatted) }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

/** As sent over a socket or a stream: what only HTTP can say is left out. */
export function formatted(error: GraphQLError): ReturnType<GraphQLError["toJSON"]> {
  const { extensions, ...rest } = error.toJSON();
  if (extensions === undefined) return rest;
  const { http: _, ...shown } = extensions;
  return { ...rest, extensions: shown };
}
