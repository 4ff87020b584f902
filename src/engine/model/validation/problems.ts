import type { ConfigProblem } from "../../../gen/architech/engine/v1/engine.ts";
import { features } from "../features.ts";

/** More than this says nothing new; the rest is left out. */
const MAX_PROBLEMS = 1_000;

/** Longest time in a config: about 30 years. */
export const MAX_TIME_MS = 1e12;

/** Bounds of a number; left out: none. Every number must be finite in any case. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Greater than, strictly. */
  readonly above?: number;
  readonly whole?: boolean;
}

export const TIME: Bounds = { min: 0, max: MAX_TIME_MS };
export const LENGTH: Bounds = { above: 0, max: MAX_TIME_MS };
export const RATIO: Bounds = { min: 0, max: 1 };
export const COUNT: Bounds = { min: 0, max: 2 ** 31 - 1, whole: true };

/** Problems as they are found. Paths are in the words of the proto: stations[3].queue_capacity. */
export class Problems {
  readonly found: ConfigProblem[] = [];

  get errors(): boolean {
    return this.found.some((problem) => !problem.warning);
  }

  range(path: string, message: string): void {
    this.add("RANGE", path, message, false);
  }

  reference(path: string, message: string): void {
    this.add("REFERENCE", path, message, false);
  }

  required(path: string, message: string): void {
    this.add("REQUIRED", path, message, false);
  }

  unsupported(path: string, message: string): void {
    this.add("UNSUPPORTED", path, message, false);
  }

  /** `feature`: its name in features.ts. Nothing where the engine has it. */
  feature(feature: string, path: string): void {
    if (features.includes(feature)) return;
    this.unsupported(path, `This engine does not model ${feature}.`);
  }

  warning(code: string, path: string, message: string): void {
    this.add(code, path, message, true);
  }

  /** Whether the number is within its bounds; a problem where it is not. */
  number(path: string, value: number, bounds: Bounds): boolean {
    const { min, max, above, whole } = bounds;
    const within =
      Number.isFinite(value) &&
      (min === undefined || value >= min) &&
      (max === undefined || value <= max) &&
      (above === undefined || value > above) &&
      (whole !== true || Number.isInteger(value));
    if (!within) this.range(path, `${value} is not ${spell(bounds)}.`);
    return within;
  }

  private add(code: string, path: string, message: string, warning: boolean): void {
    if (this.found.length < MAX_PROBLEMS) this.found.push({ code, path, message, warning });
  }
}

function spell({ min, max, above, whole }: Bounds): string {
  const parts = [whole === true ? "a whole number" : "a finite number"];
  if (above !== undefined) parts.push(`above ${above}`);
  if (min !== undefined) parts.push(`at least ${min}`);
  if (max !== undefined) parts.push(`at most ${max}`);
  return parts.join(", ");
}
