// What a command writes to, and when it has to end. The real one is in `main.ts`.
import type { Paint } from "./view/paint.ts";

export interface Io {
  /** Standard output. Resolves when there is room for more. */
  out(text: string): Promise<void>;
  /** Standard error: what is not the answer. */
  err(text: string): void;
  /** Whether standard output is a terminal that can be drawn on. */
  readonly terminal: boolean;
  /** Of standard output. */
  readonly paint: Paint;
  columns(): number;
  rows(): number;
  /** Epoch ms. */
  now(): number;
  /** Aborted by Ctrl-C, with Interrupted. */
  readonly signal: AbortSignal;
}

/** Lines, each ended. */
export function outLines(io: Io, lines: readonly string[]): Promise<void> {
  return lines.length === 0 ? Promise.resolve() : io.out(`${lines.join("\n")}\n`);
}

/** One JSON object on a line of its own. */
export function outJson(io: Io, value: object): Promise<void> {
  return io.out(`${JSON.stringify(value)}\n`);
}
