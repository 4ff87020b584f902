// What the database's errors mean to a caller: the database cannot be asked just now (UNAVAILABLE, ask again),
// a text that it cannot hold (BAD_INPUT), or a defect of ours, which stays as it is.
import { ServiceError } from "../core/errors.ts";

/** Runs a query, translating its failure. Never shows a connection string: the cause is for the log. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translated(error);
  }
}

export function translated(error: unknown): unknown {
  if (error instanceof ServiceError || !(error instanceof Error)) return error;
  const state = sqlState(error);
  if (state === "22021") {
    return new ServiceError("BAD_INPUT", "A text holds a character that cannot be stored.", {}, error);
  }
  return isDefect(error, state) ? error : unavailable(error);
}

export function unavailable(cause?: unknown): ServiceError {
  return new ServiceError("UNAVAILABLE", "The database cannot be asked just now; try again.", {}, cause);
}

/** The statement itself was refused for its data, and so would be again. Nothing of its transaction is stored. */
export function isDataError(error: unknown): boolean {
  const state = error instanceof Error ? sqlState(error) : null;
  return state !== null && dataClasses.has(state.slice(0, 2));
}

/** 22: data exception. 23: constraint. 54: program limit exceeded. */
const dataClasses: ReadonlySet<string> = new Set(["22", "23", "54"]);

/** 42: a name or syntax that is wrong. 0A: not supported. */
const defectClasses: ReadonlySet<string> = new Set([...dataClasses, "42", "0A"]);

const connectionFailure = /connection|timeout|not queryable|destroyed|calling end|PGlite (instance )?is /i;

function isDefect(error: Error, state: string | null): boolean {
  if (state !== null) return defectClasses.has(state.slice(0, 2));
  // The system's errors (ECONNREFUSED and the like) have a code; those of `pg` only their message.
  if ("code" in error && typeof error.code === "string") {
    return error.code.startsWith("ERR_") && !error.code.startsWith("ERR_TLS_");
  }
  return !connectionFailure.test(error.message);
}

function sqlState(error: Error): string | null {
  const code = "code" in error ? error.code : null;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}
