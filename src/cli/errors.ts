// The ways in which a command does not come to its end.

/** The command line is wrong. The message says what to change. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The API answered, and said no. */
export class Refused extends Error {
  override readonly name = "Refused";
  /** As the API names it, for programs. */
  readonly code: string;
  /** Further lines for people. */
  readonly details: readonly string[];

  constructor(code: string, message: string, details: readonly string[] = []) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Nobody answers, or somebody who is not the API. What was asked may have been done all the same. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
