import type { Distribution } from "../../core/design/distribution.ts";
import type { Dist } from "../../gen/architech/engine/v1/engine.ts";

/** A distribution of the design in the engine's words. */
export function toDist(distribution: Distribution): Dist {
  if (typeof distribution === "number") return { kind: { $case: "constantMs", value: distribution } };
  switch (distribution.dist) {
    case "constant":
      return { kind: { $case: "constantMs", value: distribution.ms } };
    case "exponential":
      // A mean of 0 is a constant 0; engines may want a mean greater than 0.
      if (distribution.meanMs === 0) return { kind: { $case: "constantMs", value: 0 } };
      return { kind: { $case: "exponentialMeanMs", value: distribution.meanMs } };
    case "lognormal":
    case "gamma":
    case "hyperexponential": {
      const { dist, meanMs, cv } = distribution;
      return { kind: { $case: dist, value: { meanMs, cv } } };
    }
    case "uniform": {
      const { minMs, maxMs } = distribution;
      if (minMs === maxMs) return { kind: { $case: "constantMs", value: minMs } };
      return { kind: { $case: "uniform", value: { minMs, maxMs } } };
    }
    case "pareto": {
      const { minMs, alpha, capMs } = distribution;
      return { kind: { $case: "pareto", value: { minMs, alpha, capMs: capMs ?? 0 } } };
    }
    case "empirical":
      return { kind: { $case: "empirical", value: { p: distribution.p, ms: distribution.ms } } };
  }
}

/** The mean, in milliseconds; 0 for an absent one. */
export function meanMs(dist: Dist | undefined): number {
  const kind = dist?.kind;
  if (kind === undefined) return 0;
  switch (kind.$case) {
    case "constantMs":
    case "exponentialMeanMs":
      return kind.value;
    case "lognormal":
    case "gamma":
    case "hyperexponential":
      return kind.value.meanMs;
    case "uniform":
      return (kind.value.minMs + kind.value.maxMs) / 2;
    case "pareto":
      return paretoMeanMs(kind.value.minMs, kind.value.alpha, kind.value.capMs);
    case "empirical":
      return empiricalMeanMs(kind.value.p, kind.value.ms);
  }
}

/** Truncated at the cap (values beyond it are never drawn), not clipped to it. */
function paretoMeanMs(min: number, alpha: number, cap: number): number {
  if (cap === 0) return (alpha * min) / (alpha - 1);
  if (alpha === 1) return ((min * cap) / (cap - min)) * Math.log(cap / min);
  const kept = 1 - (min / cap) ** alpha;
  return ((alpha * min) / (alpha - 1)) * ((1 - (min / cap) ** (alpha - 1)) / kept);
}

/** The area under the inverse distribution function, which is straight between its points. */
function empiricalMeanMs(p: readonly number[], ms: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < p.length; i += 1) {
    const width = (p[i] ?? 0) - (p[i - 1] ?? 0);
    sum += (width * ((ms[i] ?? 0) + (ms[i - 1] ?? 0))) / 2;
  }
  return sum;
}

/** For a reader, for example `lognormal, mean 8 ms, cv 1.2`. */
export function describeDistribution(distribution: Distribution): string {
  if (typeof distribution === "number") return `${distribution} ms`;
  switch (distribution.dist) {
    case "constant":
      return `${distribution.ms} ms`;
    case "exponential":
      return `exponential, mean ${distribution.meanMs} ms`;
    case "lognormal":
    case "gamma":
    case "hyperexponential":
      return `${distribution.dist}, mean ${distribution.meanMs} ms, cv ${distribution.cv}`;
    case "uniform":
      return `uniform, ${distribution.minMs} to ${distribution.maxMs} ms`;
    case "pareto": {
      const cap = distribution.capMs === undefined ? "" : `, at most ${distribution.capMs} ms`;
      return `pareto, at least ${distribution.minMs} ms, alpha ${distribution.alpha}${cap}`;
    }
    case "empirical":
      return `measured, ${distribution.p.length} points`;
  }
}
