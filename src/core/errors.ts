// One error type with few codes. What is not a ServiceError is a defect: masked outside, logged inside.

export const errorCodes = [
  /** The request itself is wrong; the message says what to change. */
  "BAD_INPUT",
  /** Nobody that may use the service, or not any more. */
  "UNAUTHENTICATED",
  "DESIGN_NOT_FOUND",
  "DESIGN_INVALID",
  "SIMULATION_NOT_FOUND",
  /** It is seen, but needs a greater role. */
  "FORBIDDEN",
  "IDEMPOTENCY_CONFLICT",
  "INVALID_TRANSITION",
  "LIMIT_EXCEEDED",
  /** `after` lies beyond the end of the log. */
  "CURSOR_OUT_OF_RANGE",
  /** A dependency is down; the same request may be sent again. */
  "UNAVAILABLE",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class ServiceError extends Error {
  readonly code: ErrorCode;
  /** Facts for the client; shown in `extensions`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ServiceError";
    this.code = code;
    this.details = details;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
