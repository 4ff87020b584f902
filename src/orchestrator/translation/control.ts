import { MAX_TIME_MS } from "../../core/design/limits.ts";
import { type DesignProblem, problem } from "../../core/design/problem.ts";
import type { Control } from "../../gen/architech/engine/v1/engine.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Draft } from "./draft.ts";

/** What whoever starts a run may set beside the design. */
export type Overrides = {
  /** A whole number from 0 to 2^53 − 1; wins over the design's. */
  readonly seed: number;
  /** Simulated time of the whole run; left out: as the design says. */
  readonly durationMs?: number;
};

export function overrideProblems(overrides: Overrides): DesignProblem[] {
  const { seed, durationMs } = overrides;
  const problems: DesignProblem[] = [];
  if (!Number.isSafeInteger(seed) || seed < 0)
    problems.push(problem("E-RANGE", "run.seed", "Give a whole number from 0 to 2^53 − 1 as seed."));
  if (durationMs !== undefined && !(durationMs > 0 && durationMs <= MAX_TIME_MS))
    problems.push(
      problem("E-RANGE", "run.durationMs", `Give a duration greater than 0 and at most ${MAX_TIME_MS} ms.`),
    );
  return problems;
}

export function controlOf(draft: Draft, overrides: Overrides): Control {
  const { run } = draft.design;
  const horizonMs =
    overrides.durationMs ??
    draft.book.take(run.durationMs, DEFAULTS.durationMs, "run.durationMs", "duration of the run");
  return {
    horizonMs,
    warmupMs: warmupOf(draft, horizonMs),
    sampleIntervalMs: run.sampleIntervalMs ?? sampleInterval(draft, horizonMs),
    seed: overrides.seed,
    maxEvents: run.maxEvents ?? 0,
    maxInFlight: run.maxInFlight ?? 0,
    maxWallMs: 0,
    replications: run.replications ?? 1,
  };
}

function warmupOf(draft: Draft, horizonMs: number): number {
  const given = draft.design.run.warmupMs;
  if (given !== undefined && given < horizonMs) return given;
  const warmupMs = Math.min(horizonMs * DEFAULTS.warmupRatio, DEFAULTS.longestWarmupMs);
  const why = given === undefined ? "a tenth of the run, 30 s at most" : "a tenth of the shortened run";
  draft.book.note("run.warmupMs", `${warmupMs} ms`, `warm-up of the run: ${why}.`, false);
  return warmupMs;
}

function sampleInterval(draft: Draft, horizonMs: number): number {
  const intervalMs = Math.max(DEFAULTS.shortestSampleMs, Math.ceil(horizonMs / DEFAULTS.samples));
  draft.book.note(
    "run.sampleIntervalMs",
    `${intervalMs} ms`,
    `sample interval: a second, and at most ${DEFAULTS.samples} samples.`,
    false,
  );
  return intervalMs;
}
