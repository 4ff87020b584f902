// Histories as random as they come, and what the database made of them held against the samples themselves.
import fc from "fast-check";
import type { ComponentMetrics, MetricsSampled, NewEvent } from "../../src/core/events.ts";
import {
  componentMeasures,
  type MetricsPoint,
  type MetricsQuery,
  metricsMeasures,
  type Spread,
} from "../../src/core/ports/store.ts";
import { log, restart, sample } from "./drafts.ts";

export interface TakenSample {
  readonly time: number;
  readonly body: MetricsSampled;
}

/** What is appended at once. Simulated times grow by `step` s. */
export interface Append {
  readonly kind: "samples" | "log" | "replay" | "restart";
  readonly size: number;
  readonly step: number;
  /** Which of the replicas writes it. */
  readonly by: number;
  /** Together with a change of another simulation that the database cannot hold. */
  readonly besideUnstorable: boolean;
}

export const appends: fc.Arbitrary<readonly Append[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Append["kind"][]>(
      "samples",
      "samples",
      "samples",
      "samples",
      "log",
      "replay",
      "restart",
    ),
    size: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 60 })),
    step: fc.constantFrom(0.25, 1, 1, 1, 3.1, 500),
    by: fc.constantFrom(0, 0, 0, 1),
    besideUnstorable: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  { minLength: 1, maxLength: 14 },
);

/** `from` and `to` as parts of all the time. */
export const asked = fc.record({
  from: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  to: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  maxPoints: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 80 })),
  componentIds: fc.uniqueArray(fc.constantFrom("a", "b", "c", "none")),
});

/** A log as it grows: the events of each append, and the samples that count after it. */
export class GrowingHistory {
  /** Simulated s. */
  time = 0;
  samples: readonly TakenSample[] = [];
  #taken = 0;
  #attempt = 1;

  events({ kind, size, step }: Append): readonly NewEvent[] {
    if (kind === "log") return [log("between")];
    if (kind === "replay") return [restart(++this.#attempt, true)];
    if (kind === "restart") {
      [this.time, this.samples] = [0, []];
      return [restart(++this.#attempt), ...this.#sample(size, step)];
    }
    return this.#sample(size, step);
  }

  #sample(size: number, step: number): readonly NewEvent[] {
    const events = Array.from({ length: size }, () => {
      this.time += step;
      this.#taken += 1;
      return sample(this.time, 0, { ...measured(this.#taken), window: step });
    });
    const taken = events.flatMap(({ simulatedTime, body }) =>
      body.type === "METRICS_SAMPLED" ? [{ time: simulatedTime, body }] : [],
    );
    this.samples = [...this.samples, ...taken];
    return events;
  }
}

/** As if at random. Components come and go, and change their order. */
function measured(n: number): Partial<MetricsSampled> {
  const value = (salt: number) => Math.sin(n * 12.9898 + salt * 78.233) * 1_000;
  const whole = Object.fromEntries(metricsMeasures.map((measure, index) => [measure, value(index)]));
  const ids = ["a", "b", "c"].filter((id) => id === "a" || n % (id === "b" ? 3 : 20) === 0);
  const components = ids.map((componentId, place) => ({
    ...component,
    ...Object.fromEntries(
      componentMeasures.map((measure, index) => [measure, value(10 * place + index + 10)]),
    ),
    componentId,
  }));
  return { ...whole, components: n % 5 === 0 ? components.toReversed() : components };
}

const component: Omit<ComponentMetrics, "componentId"> = {
  arrivals: 1,
  throughput: 1,
  errorRate: 0,
  rejected: 0,
  utilization: 0,
  queueLength: 0,
  queueMax: 3,
  replicas: 2,
  latencyMean: 0.01,
  latencyP50: 0.01,
  latencyP95: 0.02,
  latencyP99: 0.03,
  hitRatio: null,
};

/**
 * The points that the samples themselves make, which must not be two of one time: each its own where they are few,
 * else as many as fall into each of `maxPoints` even parts of the time. Where a sample falls exactly on the border
 * of two parts, rounding decides; `found` says how.
 */
export function pointsOf(
  samples: readonly TakenSample[],
  { from, to, maxPoints, componentIds }: MetricsQuery,
  found: readonly MetricsPoint[],
): readonly MetricsPoint[] {
  const within = samples.filter(({ time }) => time >= from && time <= to);
  if (within.length <= maxPoints) return within.map((one) => merged([one], componentIds ?? []));
  const [first, last] = [within.at(0)?.time ?? 0, within.at(-1)?.time ?? 0];
  const groups = new Map<number, TakenSample[]>();
  for (const one of within) {
    const exact = (maxPoints * (one.time - first)) / (last - first);
    const onBorder = Math.abs(exact - Math.round(exact)) < 1e-6;
    const startsPoint = found.some(({ from }) => Math.abs(from - (one.time - one.body.window)) < 1e-9);
    const part = onBorder ? Math.round(exact) - (startsPoint ? 0 : 1) : Math.floor(exact);
    const place = Math.max(0, Math.min(part, maxPoints - 1));
    groups.set(place, [...(groups.get(place) ?? []), one]);
  }
  return [...groups.values()].map((group) => merged(group, componentIds ?? []));
}

function merged(samples: readonly TakenSample[], componentIds: readonly string[]): MetricsPoint {
  const spreads = <Measure extends string>(
    measures: readonly Measure[],
    rows: readonly Readonly<Record<Measure, number>>[],
  ) =>
    // An entry for each measure, which TypeScript cannot see.
    Object.fromEntries(
      measures.map((measure) => [measure, spreadOf(rows.map((row) => row[measure]))]),
    ) as Record<Measure, Spread>;
  return {
    from: Math.min(...samples.map(({ time, body }) => time - body.window)),
    to: Math.max(...samples.map(({ time }) => time)),
    samples: samples.length,
    measures: spreads(
      metricsMeasures,
      samples.map(({ body }) => body),
    ),
    components: componentIds.flatMap((componentId) => {
      const rows = samples.flatMap(({ body }) =>
        body.components.filter((one) => one.componentId === componentId),
      );
      return rows.length === 0 ? [] : [{ componentId, measures: spreads(componentMeasures, rows) }];
    }),
  };
}

function spreadOf(values: readonly number[]): Spread {
  return {
    min: Math.min(...values),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    max: Math.max(...values),
  };
}

/** With means rounded to 6 decimals: sums of the same numbers differ in their last bits by the order of adding. */
export function rounded(points: readonly MetricsPoint[] | null | undefined): unknown {
  return JSON.parse(
    JSON.stringify(points ?? null, (key, value) =>
      key === "mean" ? Math.round(value * 1e6) / 1e6 + 0 : value,
    ),
  );
}
