import type { Dist, Empirical } from "../../gen/architech/engine/v1/engine.ts";
import type { Random } from "./random.ts";

const CONSTANT = 0;
const EXPONENTIAL = 1;
const LOGNORMAL = 2;
const GAMMA = 3;
const HYPEREXPONENTIAL = 4;
const UNIFORM = 5;
const PARETO = 6;
const EMPIRICAL = 7;

/**
 * Draws times (ms) from one Dist with one stream of random numbers. One class with a switch, not one class
 * per kind: calls of it then stay of one shape, which is what makes them cheap.
 * Uses + - * / sqrt log exp only, so that the draws are the same on every machine and version.
 */
export class Sampler {
  readonly meanMs: number;
  private readonly kind: number;
  private readonly a: number;
  private readonly b: number;
  private readonly c: number;
  private readonly points: Empirical | undefined;
  private readonly random: Random;
  private spareNormal = Number.NaN;

  constructor(dist: Dist | undefined, random: Random) {
    const form = formOf(dist);
    this.kind = form.kind;
    this.a = form.a;
    this.b = form.b;
    this.c = form.c;
    this.points = form.points;
    this.meanMs = form.meanMs;
    this.random = random;
  }

  draw(): number {
    switch (this.kind) {
      case CONSTANT:
        return this.a;
      case EXPONENTIAL:
        return -Math.log(this.random.unit()) * this.a;
      case LOGNORMAL:
        return Math.exp(this.a + this.b * this.normal());
      case GAMMA:
        return this.gamma();
      case HYPEREXPONENTIAL:
        return -Math.log(this.random.unit()) * (this.random.unit() < this.a ? this.b : this.c);
      case UNIFORM:
        return this.a + this.b * this.random.unit();
      case PARETO:
        return this.a * Math.exp(-Math.log(1 - this.random.unit() * this.c) * this.b);
      default:
        return this.empirical();
    }
  }

  /** Marsaglia's polar method: two normals at a time, without sine or cosine. */
  private normal(): number {
    const spare = this.spareNormal;
    if (!Number.isNaN(spare)) {
      this.spareNormal = Number.NaN;
      return spare;
    }
    for (;;) {
      const x = 2 * this.random.unit() - 1;
      const y = 2 * this.random.unit() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.spareNormal = y * scale;
      return x * scale;
    }
  }

  /**
   * Marsaglia and Tsang, "A simple method for generating gamma variables" (2000): a = shape (raised by one
   * where it is below one, then corrected by U^(1/shape), 1/shape being c), b = scale.
   */
  private gamma(): number {
    const d = this.a - 1 / 3;
    const slope = 1 / (3 * Math.sqrt(d));
    for (;;) {
      const x = this.normal();
      const root = 1 + slope * x;
      if (root <= 0) continue;
      const v = root * root * root;
      if (Math.log(this.random.unit()) >= 0.5 * x * x + d - d * v + d * Math.log(v)) continue;
      const boost = this.c === 0 ? 1 : Math.exp(Math.log(this.random.unit()) * this.c);
      return d * v * boost * this.b;
    }
  }

  private empirical(): number {
    const p = this.points?.p ?? [];
    const ms = this.points?.ms ?? [];
    const u = this.random.unit();
    let low = 0;
    let high = p.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((p[middle] ?? 1) <= u) low = middle;
      else high = middle;
    }
    const from = p[low] ?? 0;
    const width = (p[high] ?? 1) - from;
    const start = ms[low] ?? 0;
    const part = width > 0 ? (u - from) / width : 0;
    return start + ((ms[high] ?? start) - start) * part;
  }
}

/** The numbers that a draw needs, and the mean. */
interface Form {
  kind: number;
  a: number;
  b: number;
  c: number;
  meanMs: number;
  points?: Empirical;
}

function formOf(dist: Dist | undefined): Form {
  const kind = dist?.kind;
  switch (kind?.$case) {
    case undefined:
      return { kind: CONSTANT, a: 0, b: 0, c: 0, meanMs: 0 };
    case "constantMs":
      return { kind: CONSTANT, a: kind.value, b: 0, c: 0, meanMs: kind.value };
    case "exponentialMeanMs":
      return { kind: EXPONENTIAL, a: kind.value, b: 0, c: 0, meanMs: kind.value };
    case "lognormal": {
      const { meanMs, cv } = kind.value;
      const variance = Math.log(1 + cv * cv);
      return { kind: LOGNORMAL, a: Math.log(meanMs) - variance / 2, b: Math.sqrt(variance), c: 0, meanMs };
    }
    case "gamma": {
      const { meanMs, cv } = kind.value;
      const shape = 1 / (cv * cv);
      const low = shape < 1;
      return { kind: GAMMA, a: low ? shape + 1 : shape, b: meanMs / shape, c: low ? 1 / shape : 0, meanMs };
    }
    case "hyperexponential": {
      const { meanMs, cv } = kind.value;
      const square = cv * cv;
      const p = (1 + Math.sqrt((square - 1) / (square + 1))) / 2;
      return { kind: HYPEREXPONENTIAL, a: p, b: meanMs / (2 * p), c: meanMs / (2 * (1 - p)), meanMs };
    }
    case "uniform": {
      const { minMs, maxMs } = kind.value;
      return { kind: UNIFORM, a: minMs, b: maxMs - minMs, c: 0, meanMs: (minMs + maxMs) / 2 };
    }
    case "pareto":
      return paretoForm(kind.value.minMs, kind.value.alpha, kind.value.capMs);
    case "empirical":
      return { kind: EMPIRICAL, a: 0, b: 0, c: 0, meanMs: empiricalMean(kind.value), points: kind.value };
  }
}

/** x = min / (1 - cU)^(1/alpha), where c = 1 - (min/cap)^alpha cuts the tail off at the cap (1: no cap). */
function paretoForm(minMs: number, alpha: number, capMs: number): Form {
  const capped = capMs > 0;
  const tail = capped ? Math.exp(alpha * Math.log(minMs / capMs)) : 0;
  return { kind: PARETO, a: minMs, b: 1 / alpha, c: 1 - tail, meanMs: paretoMean(minMs, alpha, capMs, tail) };
}

function paretoMean(minMs: number, alpha: number, capMs: number, tail: number): number {
  if (capMs <= 0) return (alpha * minMs) / (alpha - 1);
  if (capMs === minMs) return minMs;
  if (alpha === 1) return (minMs * Math.log(capMs / minMs)) / (1 - tail);
  return ((alpha / (alpha - 1)) * (minMs - capMs * tail)) / (1 - tail);
}

function empiricalMean({ p, ms }: Empirical): number {
  let mean = 0;
  for (let i = 1; i < p.length; i++) {
    mean += ((p[i] ?? 0) - (p[i - 1] ?? 0)) * (((ms[i] ?? 0) + (ms[i - 1] ?? 0)) / 2);
  }
  return mean;
}
