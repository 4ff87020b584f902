import type { Open, Trace } from "../../gen/architech/engine/v1/engine.ts";

/** A stretch of time in which a rate (or a number of users) moves in a straight line; per ms and ms. */
interface Segment {
  readonly startMs: number;
  readonly endMs: number;
  readonly startValue: number;
  readonly slope: number;
}

/**
 * A rate over time, in straight lines, inverted exactly: where the rate is a line its integral is a parabola,
 * and the next arrival is where the integral reaches the amount drawn. No thinning, so no draw is thrown away.
 */
export class RateProfile {
  private readonly segments: readonly Segment[];
  /** The last segment goes on for ever, or the whole begins anew after this time. */
  private readonly periodMs: number;
  private readonly periodArea: number;

  private constructor(segments: readonly Segment[], periodMs: number) {
    this.segments = segments;
    this.periodMs = periodMs;
    this.periodArea = Number.isFinite(periodMs) ? this.areaInPeriod(0, periodMs) : Number.POSITIVE_INFINITY;
  }

  static ofOpen(open: Open): RateProfile {
    const stages = open.stages.map((stage) => ({ ...stage, target: stage.target / 1_000 }));
    return new RateProfile(linesOf(open.startPerSec / 1_000, stages), Number.POSITIVE_INFINITY);
  }

  static ofTrace(trace: Trace): RateProfile {
    const segments = trace.perSec.map((perSec, i) => ({
      startMs: i * trace.stepMs,
      endMs: (i + 1) * trace.stepMs,
      startValue: perSec / 1_000,
      slope: 0,
    }));
    const lengthMs = trace.perSec.length * trace.stepMs;
    if (trace.repeat) return new RateProfile(segments, lengthMs);
    const silence = { startMs: lengthMs, endMs: Number.POSITIVE_INFINITY, startValue: 0, slope: 0 };
    return new RateProfile([...segments, silence], Number.POSITIVE_INFINITY);
  }

  /** The time at which the integral of the rate since `fromMs` reaches `area`; Infinity where it never does. */
  timeOf(fromMs: number, area: number): number {
    if (!Number.isFinite(this.periodMs)) return this.timeInPeriod(fromMs, area).timeMs;
    if (this.periodArea <= 0) return Number.POSITIVE_INFINITY;
    let base = Math.floor(fromMs / this.periodMs) * this.periodMs;
    const first = this.timeInPeriod(fromMs - base, area);
    if (first.timeMs <= this.periodMs) return base + first.timeMs;
    const whole = Math.floor(first.left / this.periodArea);
    base += (1 + whole) * this.periodMs;
    const { timeMs } = this.timeInPeriod(0, first.left - whole * this.periodArea);
    return base + Math.min(timeMs, this.periodMs);
  }

  /** The integral of the rate from one time to another. */
  area(fromMs: number, toMs: number): number {
    if (!Number.isFinite(this.periodMs)) return this.areaInPeriod(fromMs, toMs);
    const first = Math.floor(fromMs / this.periodMs);
    const last = Math.floor(toMs / this.periodMs);
    const start = fromMs - first * this.periodMs;
    const end = toMs - last * this.periodMs;
    if (first === last) return this.areaInPeriod(start, end);
    const between = (last - first - 1) * this.periodArea;
    return this.areaInPeriod(start, this.periodMs) + between + this.areaInPeriod(0, end);
  }

  /** As timeOf, within one period; `left` is what the period did not hold. */
  private timeInPeriod(fromMs: number, area: number): { timeMs: number; left: number } {
    let left = area;
    for (const segment of this.segments) {
      if (segment.endMs <= fromMs) continue;
      const startMs = Math.max(fromMs, segment.startMs);
      const timeMs = startMs + spanOf(valueAt(segment, startMs), segment.slope, left);
      if (timeMs <= segment.endMs) return { timeMs, left: 0 };
      left = Math.max(0, left - areaOf(segment, startMs, segment.endMs));
    }
    return { timeMs: Number.POSITIVE_INFINITY, left };
  }

  private areaInPeriod(fromMs: number, toMs: number): number {
    let area = 0;
    for (const segment of this.segments) {
      const startMs = Math.max(fromMs, segment.startMs);
      const endMs = Math.min(toMs, segment.endMs);
      if (endMs > startMs) area += areaOf(segment, startMs, endMs);
    }
    return area;
  }
}

/** A number of users over time, in straight lines. */
export class UserProfile {
  private readonly segments: readonly Segment[];

  constructor(startUsers: number, stages: readonly { durationMs: number; target: number }[]) {
    this.segments = linesOf(startUsers, stages);
  }

  /** Whole users at a time, of `factor` times as many. */
  usersAt(timeMs: number, factor: number): number {
    for (const segment of this.segments) {
      if (timeMs < segment.endMs) return Math.floor(valueAt(segment, timeMs) * factor + ROUNDING);
    }
    return 0;
  }

  /** The first time from `fromMs` on at which there are at least `users`; Infinity where there never are. */
  riseTo(users: number, fromMs: number, factor: number): number {
    if (factor <= 0) return Number.POSITIVE_INFINITY;
    for (const segment of this.segments) {
      if (segment.endMs <= fromMs) continue;
      const startMs = Math.max(fromMs, segment.startMs);
      const missing = users / factor - valueAt(segment, startMs);
      if (missing <= ROUNDING) return startMs;
      if (segment.slope <= 0) continue;
      const timeMs = startMs + missing / segment.slope;
      if (timeMs < segment.endMs) return timeMs;
    }
    return Number.POSITIVE_INFINITY;
  }
}

// A ramp reaches its whole numbers only nearly, in floating point.
const ROUNDING = 1e-9;

/** Stages after one another; the last value stays. A stage of no length is a jump. */
function linesOf(start: number, stages: readonly { durationMs: number; target: number }[]): Segment[] {
  const segments: Segment[] = [];
  let startMs = 0;
  let value = start;
  for (const { durationMs, target } of stages) {
    if (durationMs > 0) {
      const endMs = startMs + durationMs;
      segments.push({ startMs, endMs, startValue: value, slope: (target - value) / durationMs });
      startMs = endMs;
    }
    value = target;
  }
  segments.push({ startMs, endMs: Number.POSITIVE_INFINITY, startValue: value, slope: 0 });
  return segments;
}

function valueAt(segment: Segment, timeMs: number): number {
  if (segment.slope === 0) return segment.startValue;
  return Math.max(0, segment.startValue + segment.slope * (timeMs - segment.startMs));
}

function areaOf(segment: Segment, fromMs: number, toMs: number): number {
  if (segment.slope === 0) return segment.startValue * (toMs - fromMs);
  return ((valueAt(segment, fromMs) + valueAt(segment, toMs)) / 2) * (toMs - fromMs);
}

/** How long a rate that starts at `value` and moves by `slope` takes to add up to `area`; Infinity: never. */
function spanOf(value: number, slope: number, area: number): number {
  if (area <= 0) return 0;
  if (slope === 0) return value > 0 ? area / value : Number.POSITIVE_INFINITY;
  const square = value * value + 2 * slope * area;
  if (square < 0) return Number.POSITIVE_INFINITY;
  return (2 * area) / (value + Math.sqrt(square));
}
