// What happened, in numbers, for whoever operates the service: only what the catalogue names, with its labels.
import type { CounterName, GaugeName, HistogramName, LabelsOf } from "../metrics.ts";

export interface Counter {
  /** One more, or so many. */
  add(by?: number): void;
}

export interface Meter {
  count<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  /** The counter of these labels, for where it is counted often. */
  counter<Name extends CounterName>(name: Name, labels: LabelsOf<Name>): Counter;
  /** `value` in the unit of the metric. */
  observe<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>, value: number): void;
  /** Read whenever somebody looks. Undefined, or a throw: nothing is known. */
  gauge<Name extends GaugeName>(
    name: Name,
    labels: LabelsOf<Name>,
    read: () => number | undefined | Promise<number | undefined>,
  ): void;
}

/** Counts nothing. */
export const noMeter: Meter = {
  count: () => {},
  counter: () => ({ add: () => {} }),
  observe: () => {},
  gauge: () => {},
};

/** Seconds since then; `then` as `performance.now()` told it. */
export function secondsSince(then: number): number {
  return (performance.now() - then) / 1000;
}
