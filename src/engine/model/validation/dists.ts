import type { Dist, Empirical, MeanCv, Pareto } from "../../../gen/architech/engine/v1/engine.ts";
import { LENGTH, type Problems, TIME } from "./problems.ts";

const MAX_CV = 1_000;
const MAX_POINTS = 100_000;

/** A distribution whose kind is named and whose numbers make one. */
export function checkDist(problems: Problems, path: string, dist: Dist): void {
  const { kind } = dist;
  switch (kind?.$case) {
    case undefined:
      problems.required(path, "A distribution names its kind.");
      return;
    case "constantMs":
      problems.number(`${path}.constant_ms`, kind.value, TIME);
      return;
    case "exponentialMeanMs":
      problems.number(`${path}.exponential_mean_ms`, kind.value, TIME);
      return;
    case "lognormal":
    case "gamma":
      checkMeanCv(problems, `${path}.${kind.$case}`, kind.value, 0);
      return;
    case "hyperexponential":
      checkMeanCv(problems, `${path}.hyperexponential`, kind.value, 1);
      return;
    case "uniform":
      if (problems.number(`${path}.uniform.min_ms`, kind.value.minMs, TIME)) {
        problems.number(`${path}.uniform.max_ms`, kind.value.maxMs, { ...TIME, min: kind.value.minMs });
      }
      return;
    case "pareto":
      checkPareto(problems, `${path}.pareto`, kind.value);
      return;
    case "empirical":
      checkEmpirical(problems, `${path}.empirical`, kind.value);
  }
}

function checkMeanCv(problems: Problems, path: string, { meanMs, cv }: MeanCv, cvAbove: number): void {
  problems.number(`${path}.mean_ms`, meanMs, LENGTH);
  problems.number(`${path}.cv`, cv, { above: cvAbove, max: MAX_CV });
}

function checkPareto(problems: Problems, path: string, { minMs, alpha, capMs }: Pareto): void {
  const minIsGood = problems.number(`${path}.min_ms`, minMs, LENGTH);
  problems.number(`${path}.alpha`, alpha, { above: capMs === 0 ? 1 : 0, max: 1_000 });
  if (capMs !== 0 && minIsGood) problems.number(`${path}.cap_ms`, capMs, { min: minMs, max: TIME.max ?? 0 });
}

function checkEmpirical(problems: Problems, path: string, { p, ms }: Empirical): void {
  if (p.length < 2 || p.length !== ms.length || p.length > MAX_POINTS) {
    problems.range(path, `p and ms are equally long, at least 2 and at most ${MAX_POINTS} points.`);
    return;
  }
  const ascends = (points: readonly number[]) =>
    points.every((point, i) => Number.isFinite(point) && (i === 0 || point >= (points[i - 1] ?? 0)));
  if (p[0] !== 0 || p[p.length - 1] !== 1 || !ascends(p)) {
    problems.range(`${path}.p`, "p ascends from 0 to 1.");
  }
  problems.number(`${path}.ms[0]`, ms[0] ?? 0, TIME);
  problems.number(`${path}.ms[${ms.length - 1}]`, ms[ms.length - 1] ?? 0, TIME);
  if (!ascends(ms)) problems.range(`${path}.ms`, "ms ascends.");
}
