// What processes have taken of the processor, by the operating system's own accounting (Linux: proc(5)).
import { readdirSync, readFileSync } from "node:fs";

/** Ticks of the accounting in a second: USER_HZ, which is 100 on every Linux. */
const ticksPerSecond = 100;

/** Fields of /proc/PID/stat, counted from the one behind the command's name. */
const fields = { parent: 1, user: 11, system: 12, childrenUser: 13, childrenSystem: 14 } as const;

/** CPU seconds (user and system) of a process so far, with all its threads. */
export function cpuSeconds(pid: number): number {
  const stat = statOf(pid);
  return stat === null ? 0 : (stat(fields.user) + stat(fields.system)) / ticksPerSecond;
}

/** CPU seconds so far of a process and of all that it has started, whether they still live or were waited for. */
export function cpuSecondsOfTree(pid: number): number {
  const all = new Map<number, (field: number) => number>();
  for (const name of readdirSync("/proc")) {
    const id = Number(name);
    const stat = Number.isInteger(id) ? statOf(id) : null;
    if (stat !== null) all.set(id, stat);
  }
  const isOfTree = (id: number): boolean => {
    if (id === pid) return true;
    const stat = all.get(id);
    return stat !== undefined && id > 1 && isOfTree(stat(fields.parent));
  };
  let ticks = 0;
  for (const [id, stat] of all) {
    if (!isOfTree(id)) continue;
    ticks +=
      stat(fields.user) + stat(fields.system) + stat(fields.childrenUser) + stat(fields.childrenSystem);
  }
  return ticks / ticksPerSecond;
}

/** Resident memory of a process, bytes. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** The name of the command may hold anything, brackets too: the fields are counted from the last one. */
function statOf(pid: number): ((field: number) => number) | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const values = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (field) => Number(values[field]);
  } catch {
    return null;
  }
}
