// A roll-up: samples that follow each other in one log, merged ahead. Pure.
import type { MetricsSampled } from "../core/events.ts";
import { componentMeasures, metricsMeasures } from "../core/ports/store.ts";

/** What history is made of, as one sample has it. */
export interface Sample {
  readonly seq: number;
  /** Simulated s. */
  readonly time: number;
  /** The window (s) that the sample is of, then the measures in the order of `metricsMeasures`. */
  readonly measures: readonly number[];
  readonly componentIds: readonly string[];
  /** For each component its measures in the order of `componentMeasures`. */
  readonly componentMeasures: readonly number[];
}

export interface RollUp {
  /** Every sample of the log from the first to the last seq is in it. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly samples: number;
  /** Where the first window begins, simulated s. */
  readonly fromTime: number;
  /** The least and the greatest time of a sample. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly totals: Sums;
  /** Of the samples that have the component, which are not always all. */
  readonly components: ReadonlyMap<string, Sums>;
}

/** By the place of the measure in a sample. */
export interface Sums {
  samples: number;
  readonly lows: number[];
  readonly sums: number[];
  readonly highs: number[];
}

export function sampleOf(seq: number, time: number, body: MetricsSampled): Sample {
  return {
    seq,
    time,
    measures: [body.window, ...metricsMeasures.map((measure) => bounded(body[measure]))],
    componentIds: body.components.map(({ componentId }) => componentId),
    componentMeasures: body.components.flatMap((component) =>
      componentMeasures.map((measure) => bounded(component[measure])),
    ),
  };
}

/** Of at least one sample, in the order of their seqs. */
export function rollUp(samples: readonly Sample[]): RollUp {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (first === undefined || last === undefined) throw new Error("A roll-up of nothing.");
  const totals = noSums(first.measures.length);
  const components = new Map<string, Sums>();
  for (const sample of samples) {
    add(totals, sample.measures, 0);
    addComponents(components, sample);
  }
  const times = samples.map(({ time }) => time);
  return {
    firstSeq: first.seq,
    lastSeq: last.seq,
    samples: samples.length,
    fromTime: Math.min(...samples.map(({ time, measures }) => time - (measures[0] ?? 0))),
    firstTime: Math.min(...times),
    lastTime: Math.max(...times),
    totals,
    components,
  };
}

function addComponents(components: Map<string, Sums>, sample: Sample): void {
  const width = componentMeasures.length;
  for (const [place, id] of sample.componentIds.entries()) {
    // As when samples are read: of what is named twice, the first counts.
    if (sample.componentIds.indexOf(id) !== place) continue;
    const sums = components.get(id) ?? noSums(width);
    components.set(id, sums);
    add(sums, sample.componentMeasures, place * width);
  }
}

function noSums(width: number): Sums {
  return {
    samples: 0,
    lows: Array<number>(width).fill(Number.POSITIVE_INFINITY),
    sums: Array<number>(width).fill(0),
    highs: Array<number>(width).fill(Number.NEGATIVE_INFINITY),
  };
}

/** Of the measures from that place on. */
function add(to: Sums, measures: readonly number[], from: number): void {
  to.samples += 1;
  for (let index = 0; index < to.sums.length; index += 1) {
    const measure = measures[from + index] ?? 0;
    to.lows[index] = Math.min(to.lows[index] ?? measure, measure);
    to.sums[index] = (to.sums[index] ?? 0) + measure;
    to.highs[index] = Math.max(to.highs[index] ?? measure, measure);
  }
}

/** Small enough that the database can still take means of it; a measure beyond that has no meaning anyway. */
function bounded(measure: number): number {
  return Math.max(-1e100, Math.min(measure, 1e100));
}
