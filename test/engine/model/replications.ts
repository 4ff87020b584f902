import { expect } from "vitest";
import { Simulation } from "../../../src/engine/model/simulation.ts";
import type { Event, Report, SimulationConfig } from "../../../src/gen/architech/engine/v1/engine.ts";

/** A simulation at its start. */
export const start = (config: SimulationConfig) => new Simulation(config);

/** Runs to the end and gives all numbered events. */
export function run(config: SimulationConfig): Event[] {
  const simulation = start(config);
  while (simulation.advance(Number.POSITIVE_INFINITY, 1_000_000));
  return simulation.take();
}

/** Runs to the end and gives the report; a run that does not complete fails the test. */
export function reportOf(config: SimulationConfig): Report {
  const payload = run(config).at(-1)?.payload;
  if (payload?.$case !== "completed" || payload.value.report === undefined) {
    throw new Error(`The run did not complete: ${JSON.stringify(payload)}`);
  }
  return payload.value.report;
}

/** A quantity estimated from independent runs. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
}

/** Runs the same config with `seeds` other seeds; each run gives one value per name. */
export function replicate<K extends string>(
  seeds: number,
  make: (seed: number) => SimulationConfig,
  measure: (report: Report) => Record<K, number>,
): Record<K, Estimate> {
  const values = Array.from({ length: seeds }, (_, i) => measure(reportOf(make(7_919 * (i + 1)))));
  const names = Object.keys(values[0] ?? {}) as K[];
  const estimates = names.map((name) => [name, estimate(values.map((value) => value[name]))]);
  return Object.fromEntries(estimates) as Record<K, Estimate>;
}

function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (n - 1);
  return { mean, standardError: Math.sqrt(variance / n) };
}

/**
 * The estimate agrees with the exact value, and is precise enough for that to mean something: at most four standard
 * errors off, and a standard error of at most `precision` of the value.
 */
export function expectExact(found: Estimate, exact: number, precision = 0.005): void {
  const told = `${found.mean} ± ${found.standardError} against ${exact}`;
  expect(found.standardError / exact, told).toBeLessThanOrEqual(precision);
  expect(Math.abs(found.mean - exact), told).toBeLessThanOrEqual(4 * found.standardError);
}
