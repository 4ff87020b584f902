import { openSync, writeSync } from "node:fs";
import type { RunKey } from "../gen/architech/engine/v1/engine.ts";

/** What an owner can ask of a run. */
export type Command =
  | "start"
  | "stop"
  | "pause"
  | "resume"
  | "setSpeed"
  | "injectFault"
  | "subscribe"
  | "acknowledge"
  | "forget";

/** One line of the file, as JSON; `at`: wall ms. */
export type LedgerLine =
  | { readonly at: number; readonly what: "opened"; readonly pid: number }
  | ({ readonly at: number; readonly what: Command; readonly token: number } & RunKey)
  | ({ readonly at: number; readonly what: "ended"; readonly how: string } & RunKey);

/**
 * What the engine has accepted, in that order, for whoever wants to check it afterwards: a line for each command
 * whose token was let pass and which was not refused, and one for the end of each run. A line is written before the
 * call is answered, and synchronously: it outlives a killed process (not a lost machine), and costs every call
 * a system call, so this is for tests. Each process that opens the file goes on with it.
 */
export class Ledger {
  readonly #file: number;
  /** The last token written of each run that may acknowledge. */
  readonly #tokens = new Map<string, number>();

  /** @throws where the file cannot be opened */
  constructor(path: string) {
    this.#file = openSync(path, "a");
    this.#write({ at: Date.now(), what: "opened", pid: process.pid });
  }

  /** Of acknowledgements, which are many, only those are kept that come with another token than the call before. */
  accepted(what: Command, key: RunKey, token: number): void {
    const run = nameOf(key);
    if (what === "acknowledge" && this.#tokens.get(run) === token) return;
    if (what === "forget") this.#tokens.delete(run);
    else this.#tokens.set(run, token);
    this.#write({ at: Date.now(), what, ...bare(key), token });
  }

  /** @param how its last state, and why */
  ended(key: RunKey, how: string): void {
    this.#write({ at: Date.now(), what: "ended", ...bare(key), how });
  }

  #write(line: LedgerLine): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

function bare({ installationId, simulationId, attempt }: RunKey): RunKey {
  return { installationId, simulationId, attempt };
}

function nameOf({ installationId, simulationId, attempt }: RunKey): string {
  return JSON.stringify([installationId, simulationId, attempt]);
}
