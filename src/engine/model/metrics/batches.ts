import type { Interval } from "../../../gen/architech/engine/v1/engine.ts";
import type { Station } from "../station.ts";
import { type Batch, intervalOf } from "./batch-means.ts";
import { LATENCY_MS, OK, type RunMeter } from "./run-meter.ts";
import { BEGUN, BUSY_AREA, CAPACITY_AREA, ENDED, QUEUE_AREA, WAIT_MS } from "./station-meter.ts";
import type { Mark, Tally } from "./tally.ts";

interface Metered {
  readonly tally: Tally;
  readonly batch: Mark;
  readonly warm: Mark;
}

const STATION_ENTRIES = [BUSY_AREA, CAPACITY_AREA, ENDED, QUEUE_AREA, WAIT_MS, BEGUN];
const RUN_ENTRIES = [OK, LATENCY_MS];

/** What each batch added to the entries of one tally that intervals are made of. */
class Ledger {
  private readonly meter: Metered;
  private readonly entries: readonly number[];
  private readonly rows: Float64Array[] = [];

  constructor(meter: Metered, entries: readonly number[]) {
    this.meter = meter;
    this.entries = entries;
  }

  close(): void {
    const { tally, batch } = this.meter;
    this.rows.push(Float64Array.from(this.entries, (entry) => batch.since(tally, entry)));
    batch.set(tally);
  }

  /** Sum of `over` per sum of `under` (an entry, or a time in ms per batch and in all). */
  interval(over: readonly number[], under: number | { batchMs: number; totalMs: number }): Interval {
    const byTime = typeof under !== "number";
    const { tally, warm } = this.meter;
    const total: Batch = {
      sum: over.reduce((sum, entry) => sum + warm.since(tally, entry), 0),
      weight: byTime ? under.totalMs : warm.since(tally, under),
    };
    const columns = over.map((entry) => this.entries.indexOf(entry));
    const weights = byTime ? -1 : this.entries.indexOf(under);
    const batches = this.rows.map((row) => ({
      sum: columns.reduce((sum, column) => sum + (row[column] ?? 0), 0),
      weight: byTime ? under.batchMs : (row[weights] ?? 0),
    }));
    return intervalOf(total, batches);
  }
}

/** The intervals of a report: everything that is watched batch by batch after the warm-up. */
export class Batches {
  private readonly run: Ledger;
  private readonly stations: readonly Ledger[];
  private readonly batchMs: number;

  constructor(meter: RunMeter, stations: readonly Station[], batchMs: number) {
    this.run = new Ledger(meter, RUN_ENTRIES);
    this.stations = stations.map((station) => new Ledger(station.meter, STATION_ENTRIES));
    this.batchMs = batchMs;
  }

  /** A batch ends now. Stations must have elapsed up to now. */
  close(): void {
    this.run.close();
    for (const ledger of this.stations) ledger.close();
  }

  /** `totalMs`: the time since the end of the warm-up. */
  runIntervals(totalMs: number): { throughputPerSec: Interval; meanLatencyMs: Interval } {
    return {
      throughputPerSec: perSec(this.run.interval([OK], { batchMs: this.batchMs, totalMs })),
      meanLatencyMs: this.run.interval([LATENCY_MS], OK),
    };
  }

  stationIntervals(station: number, totalMs: number) {
    const ledger = this.stations[station];
    if (ledger === undefined) throw new Error(`There is no station ${station}.`);
    const time = { batchMs: this.batchMs, totalMs };
    return {
      utilization: ledger.interval([BUSY_AREA], CAPACITY_AREA),
      throughputPerSec: perSec(ledger.interval([ENDED], time)),
      meanQueue: ledger.interval([QUEUE_AREA], time),
      meanWaitMs: ledger.interval([WAIT_MS], BEGUN),
    };
  }
}

function perSec(interval: Interval): Interval {
  return { ...interval, mean: interval.mean * 1_000, halfWidth95: interval.halfWidth95 * 1_000 };
}
