// Where a program's time went, by function: what `node --cpu-prof` has written, added up.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Node ids, and the µs since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The functions that took the most by themselves, of the time in which the program was not idle. */
export function topFunctions(
  folder: string,
  most: number,
): readonly (readonly [share: number, name: string])[] {
  const totals = new Map<string, number>();
  let all = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"))) {
    const profile: CpuProfile = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
    for (const [index, sample] of profile.samples.entries()) {
      const name = names.get(sample) ?? "";
      if (name === "(idle)") continue;
      const took = profile.timeDeltas[index] ?? 0;
      all += took;
      totals.set(name, (totals.get(name) ?? 0) + took);
    }
  }
  return [...totals]
    .sort(([, one], [, other]) => other - one)
    .slice(0, most)
    .map(([name, took]) => [took / all, name]);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  if (url === "") return functionName;
  const place = /(?:node_modules|src|bench|test)\/.*$/.exec(url)?.[0] ?? url;
  return `${functionName === "" ? "(anonymous)" : functionName} ${place}:${lineNumber + 1}`;
}
