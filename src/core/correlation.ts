// Which request a line of the log belongs to: its id goes along with the work that the request causes, and not with
// what it merely wakes.
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";

const current = new AsyncLocalStorage<string>();
const wellFormed = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that a client has given, where it is one that may be logged; else a new one. */
export function correlationIdFrom(given: string | readonly string[] | undefined): string {
  return typeof given === "string" && wellFormed.test(given) ? given : randomUUID();
}

/** Everything that the work causes belongs to the request of that id. */
export function correlated<T>(id: string, work: () => T): T {
  return current.run(id, work);
}

/** For work that many requests share, and that outlives each: it belongs to none. */
export function uncorrelated<T>(work: () => T): T {
  return current.exit(work);
}

/** Undefined: this is no request's work. */
export function correlationId(): string | undefined {
  return current.getStore();
}
