// Which processor cores take part: the server under test has one to itself, everything else shares the others.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Undefined where this process may use one core only, or there is no `taskset` (Linux): then nothing is pinned. */
export const pinning = pinningOf(allowedCores());

export interface Pinning {
  readonly server: string;
  /** A list as `taskset -c` reads it. */
  readonly others: string;
}

function pinningOf([server, ...others]: readonly number[]): Pinning | undefined {
  const hasTaskset = (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => existsSync(join(folder, "taskset")));
  if (server === undefined || others.length === 0 || !hasTaskset) return undefined;
  return { server: String(server), others: others.join(",") };
}

/** The numbers of the cores that this process may run on, which in a container are seldom the first ones; proc(5). */
function allowedCores(): readonly number[] {
  if (!existsSync("/proc/self/status")) return [];
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 || 0 }, (_, index) => first + index);
  });
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
