import type { Interval } from "../../../gen/architech/engine/v1/engine.ts";

/** Batches into which the run after its warm-up is cut. */
export const BATCHES = 32;
/** Below this many batches nothing is said about precision. */
const FEWEST = 8;
/** Batches whose neighbours are more alike than this are too short: they are joined in pairs. */
const ALIKE = 0.3;
/** How many times the 95 % bound a slope must be to be called a trend; many intervals are looked at in one report. */
const TREND_FACTOR = 1.7;

/** Two-sided 95 % points of Student's t, by degrees of freedom from 1. */
const STUDENT_95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042, 2.04,
];

/** One batch: the mean is the sum of `sums` over the sum of `weights` (a time, or a number of observations). */
export interface Batch {
  readonly sum: number;
  readonly weight: number;
}

/**
 * The mean `total` and its 95 % confidence interval by batch means (the ratio estimator, which for equal weights
 * is the ordinary one). Batches that still depend on one another are joined until they do not, or few are left.
 */
export function intervalOf(total: Batch, all: readonly Batch[]): Interval {
  const mean = total.weight > 0 ? total.sum / total.weight : 0;
  let batches = all;
  let deviations = deviationsOf(batches, mean);
  while (batches.length >= 2 * FEWEST && likeness(deviations) > ALIKE) {
    batches = joinPairs(batches);
    deviations = deviationsOf(batches, mean);
  }
  const n = batches.length;
  const weight = batches.reduce((sum, batch) => sum + batch.weight, 0);
  if (n < FEWEST || weight <= 0) return { mean, halfWidth95: 0, n, steady: true };
  const variance = deviations.reduce((sum, d) => sum + d * d, 0) / (n - 1);
  const standardError = Math.sqrt(variance / n) / (weight / n);
  return { mean, halfWidth95: student95(n - 1) * standardError, n, steady: !hasTrend(deviations) };
}

function deviationsOf(batches: readonly Batch[], mean: number): number[] {
  return batches.map((batch) => batch.sum - mean * batch.weight);
}

function joinPairs(batches: readonly Batch[]): Batch[] {
  const joined: Batch[] = [];
  for (let i = 0; i + 1 < batches.length; i += 2) {
    const [one, two] = [batches[i], batches[i + 1]];
    if (one !== undefined && two !== undefined) {
      joined.push({ sum: one.sum + two.sum, weight: one.weight + two.weight });
    }
  }
  return joined;
}

/** The correlation of neighbours; 0 where nothing varies. */
function likeness(deviations: readonly number[]): number {
  let together = 0;
  let alone = 0;
  let before = 0;
  for (const [i, d] of deviations.entries()) {
    if (i > 0) together += before * d;
    alone += d * d;
    before = d;
  }
  return alone > 0 ? together / alone : 0;
}

/** Whether a straight line through the batches rises or falls more than chance would have it. */
function hasTrend(deviations: readonly number[]): boolean {
  const n = deviations.length;
  const middle = (n - 1) / 2;
  const average = deviations.reduce((sum, d) => sum + d, 0) / n;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [i, d] of deviations.entries()) {
    xx += (i - middle) * (i - middle);
    xy += (i - middle) * (d - average);
    yy += (d - average) * (d - average);
  }
  const unexplained = Math.max(0, yy - (xy * xy) / xx);
  if (yy === 0) return false;
  const bound = TREND_FACTOR * student95(n - 2);
  return (xy * xy) / xx > bound * bound * (unexplained / (n - 2));
}

function student95(degrees: number): number {
  return STUDENT_95[Math.min(degrees, STUDENT_95.length) - 1] ?? 2;
}
