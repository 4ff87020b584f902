// An engine is another program: no number of it is taken on trust.
import { EngineError } from "../../core/ports/engines.ts";

export function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new EngineError("PROTOCOL", `The engine sent ${value} as ${what}.`);
  return value;
}

export function notNegative(value: number, what: string): number {
  if (finite(value, what) < 0) throw new EngineError("PROTOCOL", `The engine sent ${value} as ${what}.`);
  return value;
}

export function count(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new EngineError("PROTOCOL", `The engine sent ${value} as ${what}.`);
  }
  return value;
}

/** Milliseconds to seconds. */
export function seconds(ms: number, what: string): number {
  return notNegative(ms, what) / 1000;
}

/** part / whole, 0 where there is no whole. */
export function ratio(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}
