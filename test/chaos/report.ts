// The figures and the verdict, for people.
import { told } from "./oracle/judge.ts";
import { spread } from "./percentiles.ts";
import type { Result } from "./suite.ts";

export function report(name: string, seed: number, result: Result): string {
  const { judgement, counts, samples, rounds, seconds } = result;
  return [
    "",
    `${name}, seed ${seed}: ${rounds} rounds in ${seconds} s`,
    ...[...counts].map(([what, count]) => `  ${what}: ${count}`),
    ...[...samples].map(([what, values]) => `  ${what}: ${spread(values)}`),
    `  ${told(judgement).replaceAll("\n", "\n  ")}`,
    holds(result) ? "  HOLDS" : "  DOES NOT HOLD",
  ].join("\n");
}

/** The oracle has nothing to say, and no stream, start or write was amiss. How long things took, the machine decides. */
export function holds({ judgement, counts }: Result): boolean {
  const amiss = [
    "stale writes",
    "stale engine calls",
    "logs that do not tell of a change of owner",
    "taken over more than once in one freeze",
    "runs left over",
    "streams that never completed",
    "starts that failed",
    "not gone on in time",
    "drained badly",
  ];
  return judgement.holds && amiss.every((name) => (counts.get(name) ?? 0) === 0);
}
