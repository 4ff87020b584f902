import type { Control } from "../../../gen/architech/engine/v1/engine.ts";
import { LENGTH, MAX_TIME_MS, type Problems } from "./problems.ts";

const MAX_WINDOWS = 1_000_000;
const SAFE: { min: number; max: number; whole: boolean } = {
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  whole: true,
};

export function checkControl(problems: Problems, control: Control | undefined): void {
  if (control === undefined) {
    problems.required("control", "A config has control.");
    return;
  }
  const { horizonMs, warmupMs, sampleIntervalMs } = control;
  const bounded = problems.number("control.horizon_ms", horizonMs, LENGTH);
  if (problems.number("control.warmup_ms", warmupMs, { min: 0, max: MAX_TIME_MS }) && bounded) {
    if (warmupMs >= horizonMs) problems.range("control.warmup_ms", "The warm-up ends before the run does.");
  }
  if (problems.number("control.sample_interval_ms", sampleIntervalMs, LENGTH) && bounded) {
    if (horizonMs / sampleIntervalMs > MAX_WINDOWS) {
      problems.range("control.sample_interval_ms", `More than ${MAX_WINDOWS} windows until the horizon.`);
    }
  }
  problems.number("control.seed", control.seed, SAFE);
  problems.number("control.max_events", control.maxEvents, SAFE);
  problems.number("control.max_in_flight", control.maxInFlight, SAFE);
  problems.number("control.max_wall_ms", control.maxWallMs, { min: 0 });
  if (problems.number("control.replications", control.replications, { min: 0, max: 1_000, whole: true })) {
    if (control.replications > 1) problems.feature("control.replications", "control.replications");
  }
}
