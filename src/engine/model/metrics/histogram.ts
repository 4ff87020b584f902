import type { Quantiles } from "../../../gen/architech/engine/v1/engine.ts";

const SUB_BUCKET_BITS = 6;
const LOWEST_OCTAVE = -14; // 2^-14 ms = 61 ns; all that is shorter falls into the first bucket
const OCTAVES = 50; // up to 2^36 ms, about two years; all that is longer falls into the last bucket
const BUCKETS = OCTAVES << SUB_BUCKET_BITS;
const EXPONENT_BIAS = 1023;
const FIRST_PREFIX = (EXPONENT_BIAS + LOWEST_OCTAVE) << SUB_BUCKET_BITS;
// The high half of a double: sign, 11 bits of exponent, 20 of mantissa; the bucket is all but the lowest 14 bits.
const PREFIX_SHIFT = 20 - SUB_BUCKET_BITS;

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
const HIGH_HALF = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** A quantile read from a histogram is off by at most one bucket: 1/64 of the value. */
export const QUANTILE_ERROR_RATIO = 1 / (1 << SUB_BUCKET_BITS);

/**
 * Counts of times (ms) in buckets of equal width within each octave, 64 to the octave. Mergeable by addition,
 * so that the run's histogram is the sum of its windows', and what came before the warm-up can be taken away.
 */
export class Histogram {
  count = 0;
  sumMs = 0;
  maxMs = 0;
  /** The greatest before the last `setApart`; belongs to the window, but not to what the window is added to. */
  private earlierMaxMs = 0;
  private buckets: Int32Array | undefined;
  private low = BUCKETS;
  private high = -1;

  record(valueMs: number): void {
    double[0] = valueMs;
    let bucket = ((halves[HIGH_HALF] ?? 0) >>> PREFIX_SHIFT) - FIRST_PREFIX;
    if (bucket < 0) bucket = 0;
    else if (bucket >= BUCKETS) bucket = BUCKETS - 1;
    this.buckets ??= new Int32Array(BUCKETS);
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    if (bucket < this.low) this.low = bucket;
    if (bucket > this.high) this.high = bucket;
    this.count++;
    this.sumMs += valueMs;
    if (valueMs > this.maxMs) this.maxMs = valueMs;
  }

  /** Adds the other's counts; `sign` -1 takes them away, which leaves the maximum as it is. */
  add(other: Histogram, sign: 1 | -1): void {
    if (other.buckets === undefined) return;
    this.buckets ??= new Int32Array(BUCKETS);
    for (let i = other.low; i <= other.high; i++) {
      this.buckets[i] = (this.buckets[i] ?? 0) + sign * (other.buckets[i] ?? 0);
    }
    if (other.low < this.low) this.low = other.low;
    if (other.high > this.high) this.high = other.high;
    this.count += sign * other.count;
    this.sumMs += sign * other.sumMs;
    if (sign > 0 && other.maxMs > this.maxMs) this.maxMs = other.maxMs;
  }

  /** From now on is counted for the run: what is here so far stays in this window, but not its maximum. */
  setApart(): void {
    this.earlierMaxMs = Math.max(this.earlierMaxMs, this.maxMs);
    this.maxMs = 0;
  }

  clear(): void {
    if (this.buckets !== undefined && this.high >= this.low) this.buckets.fill(0, this.low, this.high + 1);
    this.low = BUCKETS;
    this.high = -1;
    this.count = 0;
    this.sumMs = 0;
    this.maxMs = 0;
    this.earlierMaxMs = 0;
  }

  /** The value below which the part `q` lies, in a straight line within its bucket; 0 where nothing was recorded. */
  quantile(q: number): number {
    const buckets = this.buckets;
    if (buckets === undefined || this.count === 0) return 0;
    const rank = q * this.count;
    const greatestMs = Math.max(this.maxMs, this.earlierMaxMs);
    let below = 0;
    for (let i = this.low; i <= this.high; i++) {
      const here = buckets[i] ?? 0;
      if (here > 0 && below + here >= rank) {
        const part = (rank - below) / here;
        const start = lowerBound(i);
        return Math.min(greatestMs, start + (lowerBound(i + 1) - start) * part);
      }
      below += here;
    }
    return greatestMs;
  }

  quantiles(): Quantiles {
    return {
      p50Ms: this.quantile(0.5),
      p90Ms: this.quantile(0.9),
      p95Ms: this.quantile(0.95),
      p99Ms: this.quantile(0.99),
      maxMs: Math.max(this.maxMs, this.earlierMaxMs),
      meanMs: this.count > 0 ? this.sumMs / this.count : 0,
    };
  }
}

// Doubling is exact, where a power function need not be.
const octaveStarts = new Float64Array(OCTAVES + 1);
for (let i = 0, start = 1 / (1 << -LOWEST_OCTAVE); i <= OCTAVES; i++, start *= 2) octaveStarts[i] = start;

/** The least value of a bucket; the first bucket starts at 0. */
function lowerBound(bucket: number): number {
  if (bucket === 0) return 0;
  const start = octaveStarts[bucket >> SUB_BUCKET_BITS] ?? 0;
  const part = bucket & ((1 << SUB_BUCKET_BITS) - 1);
  return start * (1 + part / (1 << SUB_BUCKET_BITS));
}
