// Which processor cores take part: the server under test has one to itself, everything else shares the others.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";

const serverCore = "0";

/** Undefined where there is one core only, or no `taskset` (Linux): then nothing is pinned. */
export const pinning = pinningOf(availableParallelism());

export interface Pinning {
  readonly server: string;
  /** A list as `taskset -c` reads it. */
  readonly others: string;
}

function pinningOf(cores: number): Pinning | undefined {
  const hasTaskset = (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => existsSync(join(folder, "taskset")));
  if (cores < 2 || !hasTaskset) return undefined;
  return { server: serverCore, others: cores === 2 ? "1" : `1-${cores - 1}` };
}

/** This process, all its threads, and all that it starts from now on leave the server's core alone. */
export function keepOffTheServersCore(): void {
  if (pinning === undefined) return;
  execFileSync("taskset", ["-acp", pinning.others, String(process.pid)], { stdio: "ignore" });
}

/** A program on the server's core, as `spawn` takes it. */
export function onTheServersCore(program: string, args: readonly string[]): readonly [string, string[]] {
  if (pinning === undefined) return [program, [...args]];
  return ["taskset", ["-c", pinning.server, program, ...args]];
}
