// The meter that Prometheus can read: a registry of its own for each service, every series of the catalogue there from
// the beginning, at zero, and the process's own numbers beside them.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type MetricDefinition, metrics } from "../core/metrics.ts";
import type { Counter as BoundCounter, Meter } from "../core/ports/meter.ts";

export interface PrometheusMeter extends Meter {
  /** What a scrape is answered with. */
  scrape(): Promise<{ readonly text: string; readonly contentType: string }>;
  close(): void;
}

/** ms; a gauge that takes longer is left out of the scrape. */
const gaugeMs = 1_000;

type Series = Readonly<Record<string, string>>;

class Cell implements BoundCounter {
  readonly labels: Series;
  value = 0;

  constructor(labels: Series) {
    this.labels = labels;
  }

  add(by = 1): void {
    this.value += by;
  }
}

export function createPrometheus(): PrometheusMeter {
  const registry = new Registry();
  // Of counters the service keeps the numbers itself: to count is an addition, and nothing is looked up.
  const cells = new Map<string, Map<string, Cell>>();
  const histograms = new Map<string, Histogram>();
  const reads = new Map<string, { readonly labels: Series; read(): Reading }[]>();

  function cell(name: string, labels: object): Cell {
    const known = cells.get(name)?.get(keyOf(labels));
    if (known === undefined) throw new Error(`The catalogue has no ${name} of ${JSON.stringify(labels)}.`);
    return known;
  }

  function addCounter(name: string, { help, labels }: MetricDefinition): void {
    const all = everySeries(labels).map((series): [string, Cell] => [keyOf(series), new Cell(series)]);
    cells.set(name, new Map(all));
    new Counter({
      name,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
      collect() {
        this.reset();
        for (const [, { labels: series, value }] of all) this.inc(series, value);
      },
    });
  }

  function addGauge(name: string, { help, labels }: MetricDefinition): void {
    const all: { readonly labels: Series; read(): Reading }[] = [];
    reads.set(name, all);
    new Gauge({
      name,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
      async collect() {
        const found = await Promise.all(all.map(async (one) => ({ ...one, value: await known(one.read) })));
        this.reset();
        if (Object.keys(labels).length === 0) this.remove();
        for (const { labels: series, value } of found) if (value !== undefined) this.set(series, value);
      },
    });
  }

  function addHistogram(name: string, { help, labels }: MetricDefinition, buckets: readonly number[]): void {
    const histogram = new Histogram({
      name,
      help,
      labelNames: Object.keys(labels),
      buckets: [...buckets],
      registers: [registry],
    });
    for (const series of everySeries(labels)) histogram.zero(series);
    histograms.set(name, histogram);
  }

  for (const [name, definition] of Object.entries<MetricDefinition>(metrics)) {
    if (definition.type === "histogram") addHistogram(name, definition, definition.buckets);
    else if (definition.type === "gauge") addGauge(name, definition);
    else addCounter(name, definition);
  }
  collectDefaultMetrics({ register: registry });

  return {
    count: (name, labels, by = 1) => cell(name, labels).add(by),
    counter: (name, labels) => cell(name, labels),
    observe: (name, labels, value) => histograms.get(name)?.observe(seriesOf(labels), value),
    gauge: (name, labels, read) => void reads.get(name)?.push({ labels: seriesOf(labels), read }),
    scrape: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
    // Its observers of the event loop and of garbage collection end with the process: they are the process's.
    close: () => registry.clear(),
  };
}

type Reading = number | undefined | Promise<number | undefined>;

async function known(read: () => Reading): Promise<number | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const value = read();
    if (!(value instanceof Promise)) return value;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), gaugeMs);
    });
    return await Promise.race([value, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function everySeries(labels: MetricDefinition["labels"]): readonly Series[] {
  return Object.entries(labels).reduce<readonly Series[]>(
    (all, [label, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}

function seriesOf(labels: object): Series {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, String(value)]));
}

/** The same for the same labels in any order. */
function keyOf(labels: object): string {
  const entries = Object.entries(labels);
  if (entries.length === 1) return String(entries[0]?.[1]);
  return entries
    .map(([label, value]) => `${label}=${value}`)
    .sort()
    .join();
}
