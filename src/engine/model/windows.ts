import type { Control } from "../../gen/architech/engine/v1/engine.ts";
import { BATCHES } from "./metrics/batch-means.ts";

/** What ends at a boundary. */
export interface Due {
  /** Length of the sample window that ends; 0: none does. */
  readonly windowMs: number;
  readonly warm: boolean;
  readonly batch: boolean;
  readonly end: boolean;
}

/** The points in simulated time at which something is measured; each is computed afresh, so that none drifts. */
export class Windows {
  readonly warmupMs: number;
  readonly batchMs: number;
  /** The warm-up is over. */
  warm = false;
  private readonly horizonMs: number;
  private readonly intervalMs: number;
  private samples = 0;
  private batches = 0;
  private lastSampleMs = 0;

  constructor(control: Control) {
    this.warmupMs = control.warmupMs;
    this.horizonMs = control.horizonMs;
    this.intervalMs = control.sampleIntervalMs;
    this.batchMs = (control.horizonMs - control.warmupMs) / BATCHES;
  }

  /** The next boundary; the last is the horizon. */
  get nextMs(): number {
    if (!this.warm) return Math.min(this.warmupMs, this.nextSampleMs);
    return Math.min(this.nextSampleMs, this.nextBatchMs);
  }

  /** Moves on over the boundary at `timeMs`, which must be nextMs. */
  cross(timeMs: number): Due {
    const end = timeMs >= this.horizonMs;
    const batch = this.warm && timeMs >= this.nextBatchMs;
    if (batch) this.batches++;
    const sampled = timeMs >= this.nextSampleMs;
    const windowMs = sampled ? timeMs - this.lastSampleMs : 0;
    if (sampled) {
      this.samples++;
      this.lastSampleMs = timeMs;
    }
    const warm = !this.warm && timeMs >= this.warmupMs;
    return { windowMs, warm, batch, end };
  }

  private get nextSampleMs(): number {
    const nextMs = (this.samples + 1) * this.intervalMs;
    // A last window of next to no length is rounding, not a window.
    return nextMs > this.horizonMs - ROUNDING * this.intervalMs ? this.horizonMs : nextMs;
  }

  private get nextBatchMs(): number {
    const done = this.batches + 1;
    return done >= BATCHES ? this.horizonMs : this.warmupMs + done * this.batchMs;
  }
}

const ROUNDING = 1e-6;
