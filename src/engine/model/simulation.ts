import {
  type Event,
  type Fault,
  LogRecord_Level,
  type Report,
  type SimulationConfig,
} from "../../gen/architech/engine/v1/engine.ts";
import { Agenda } from "./agenda.ts";
import { assumptionsOf } from "./assumptions.ts";
import { Faults } from "./faults/faults.ts";
import { LimitExceeded } from "./flight.ts";
import { Journal } from "./journal.ts";
import { Kernel } from "./kernel.ts";
import { Batches } from "./metrics/batches.ts";
import { sampleOf } from "./metrics/sample.ts";
import { reportOf } from "./report.ts";
import { faultProblems, problemsOf } from "./validate.ts";
import { Windows } from "./windows.ts";

/** Where the config says 0: about 10 minutes of one core, and about 1 GB of memory. */
export const DEFAULT_MAX_EVENTS = 1_000_000_000;
export const DEFAULT_MAX_IN_FLIGHT = 1_000_000;

/**
 * One run. Its numbered events depend on the config, the seed and the faults alone: not on how the run is cut
 * into slices, nor on the machine.
 *
 * Time is half-open: what is due at the very end of a window, of the warm-up or of the run belongs to what follows.
 */
export class Simulation {
  readonly horizonMs: number;
  private readonly config: SimulationConfig;
  private readonly agenda = new Agenda();
  private readonly journal: Journal;
  private readonly kernel: Kernel;
  private readonly faults: Faults;
  private readonly windows: Windows;
  private readonly batches: Batches;
  private readonly maxEvents: number;
  private done = 0;
  private over = false;

  /** Throws where validation finds an error in the config. */
  constructor(config: SimulationConfig) {
    const problem = problemsOf(config).find((found) => !found.warning);
    if (problem !== undefined) throw new Error(`${problem.code} ${problem.path}: ${problem.message}`);
    const { control } = config;
    if (control === undefined) throw new Error("A config has control.");
    this.config = config;
    this.horizonMs = control.horizonMs;
    this.maxEvents = control.maxEvents > 0 ? control.maxEvents : DEFAULT_MAX_EVENTS;
    const maxInFlight = control.maxInFlight > 0 ? control.maxInFlight : DEFAULT_MAX_IN_FLIGHT;
    this.journal = new Journal(this.agenda);
    this.kernel = new Kernel(config, control.seed, maxInFlight, this.agenda, this.journal);
    this.faults = new Faults(config, this.kernel, this.journal);
    this.windows = new Windows(control);
    const { meter, model } = this.kernel;
    this.batches = new Batches(meter, model.stations, this.windows.batchMs);
    this.info("RUN_STARTED", `The run begins: ${control.horizonMs} ms to simulate, seed ${control.seed}.`);
  }

  /** Simulated time reached: of the last event, or the last `untilMs` fully advanced to. */
  get nowMs(): number {
    return this.agenda.nowMs;
  }

  /** The terminal event has been made. */
  get ended(): boolean {
    return this.over;
  }

  /** Events taken from the agenda. */
  get processed(): number {
    return this.done;
  }

  /** Requests of the sources that are under way. */
  get inFlight(): number {
    return this.kernel.sourcing.inFlight;
  }

  /**
   * Processes what is due up to and with `untilMs`, but at most `maxEvents` events. True: more is due by then
   * (call again). False: the time stands at `untilMs`, or the run has ended.
   */
  advance(untilMs: number, maxEvents: number): boolean {
    const { agenda, windows } = this;
    let budget = maxEvents;
    while (!this.over) {
      const boundaryMs = windows.nextMs;
      const faultMs = this.faults.plan.nextMs;
      const nextMs = Math.min(boundaryMs, agenda.nextMs, faultMs);
      if (nextMs > untilMs) break;
      if (budget <= 0) return true;
      if (boundaryMs === nextMs) {
        budget--;
        this.cross(boundaryMs);
      } else if (agenda.nextMs > faultMs) {
        budget--;
        this.actFault(faultMs);
      } else if (this.done >= this.maxEvents) {
        this.fail("LIMIT_EXCEEDED", `More than ${this.maxEvents} simulation events.`);
      } else {
        budget -= this.process(
          Math.min(budget, this.maxEvents - this.done),
          Math.min(untilMs, faultMs),
          boundaryMs,
        );
      }
    }
    if (!this.over) agenda.nowMs = Math.max(agenda.nowMs, untilMs);
    return false;
  }

  /** The numbered events made since the last take, in order; seq is dense from 1. */
  take(): Event[] {
    return this.journal.take();
  }

  /**
   * A live fault, applied at nowMs, which is returned: after all else that is due by then, as one of the config is.
   * Throws where the engine has no such fault, or the config no such target.
   */
  inject(fault: Fault): number {
    const problem = faultProblems(this.config, fault).find((found) => !found.warning);
    if (problem !== undefined) throw new Error(`${problem.code} ${problem.path}: ${problem.message}`);
    if (this.over) throw new Error("The run has ended.");
    const { nowMs } = this;
    const idle = Math.min(this.agenda.nextMs, this.windows.nextMs, this.faults.plan.nextMs) > nowMs;
    this.faults.plan.add({ timeMs: nowMs, fault, begins: true });
    if (idle) this.actFault(nowMs);
    return nowMs;
  }

  /** Ends the run with a Failed event and what there is of the report. */
  fail(code: string, message: string): void {
    if (this.over) return;
    this.over = true;
    if (!this.windows.warm) this.startMeasuring();
    const partial = this.report();
    this.journal.write({ $case: "failed", value: { code, message, retryable: false, partial } });
  }

  /** At most `most` events up to `untilMs`, before the boundary; returns how many. */
  private process(most: number, untilMs: number, boundaryMs: number): number {
    const { agenda, kernel } = this;
    let count = 0;
    try {
      for (let nextMs = agenda.nextMs; nextMs < boundaryMs && nextMs <= untilMs; nextMs = agenda.nextMs) {
        if (count >= most) break;
        count++;
        kernel.step();
      }
      this.done += count;
    } catch (error) {
      this.done += count;
      if (!(error instanceof LimitExceeded)) throw error;
      this.fail("LIMIT_EXCEEDED", error.message);
    }
    return count;
  }

  /** The next fault; nothing else is left to do at its time. */
  private actFault(timeMs: number): void {
    this.agenda.nowMs = timeMs;
    this.faults.actNext();
  }

  /** The end of a window, of the warm-up, of a batch, or of the run, or of several at once. */
  private cross(timeMs: number): void {
    const { agenda, windows, kernel } = this;
    agenda.nowMs = timeMs;
    for (const station of kernel.model.stations) station.elapse(timeMs);
    const due = windows.cross(timeMs);
    if (due.batch) this.batches.close();
    if (due.windowMs > 0) this.sample(due.windowMs);
    if (due.warm) {
      this.startMeasuring();
      if (timeMs > 0) this.info("WARMUP_ENDED", "The warm-up is over; the report counts from here.");
    }
    if (due.end) {
      this.over = true;
      this.journal.write({ $case: "completed", value: { report: this.report() } });
    }
  }

  private sample(windowMs: number): void {
    const { meter, model } = this.kernel;
    const sample = sampleOf(windowMs, meter, this.inFlight, model.stations, model.links);
    this.journal.write({ $case: "sample", value: sample });
    for (const [i, { utilization, queueNow }] of sample.stations.entries()) {
      const station = model.stations[i];
      if (station !== undefined && utilization >= SATURATED && queueNow > 0) this.noteSaturated(station);
    }
    this.closeWindow();
  }

  /** Adds the window's histograms to the run's, once the warm-up is over, and begins a new window. */
  private closeWindow(): void {
    const { meter, model } = this.kernel;
    meter.window.set(meter.tally);
    if (this.windows.warm) meter.latencyBefore.add(meter.latency, 1);
    meter.latency.clear();
    for (const link of model.links) link.meter.window.set(link.meter.tally);
    for (const { meter: own, queued } of model.stations) {
      own.window.set(own.tally);
      if (this.windows.warm) own.residenceBefore.add(own.residence, 1);
      own.residence.clear();
      own.maxQueue = queued;
    }
  }

  /** The warm-up is over: what was counted so far, also of a window cut in two, is left out of the report. */
  private startMeasuring(): void {
    const { meter, model } = this.kernel;
    this.windows.warm = true;
    meter.warm.set(meter.tally);
    meter.batch.set(meter.tally);
    meter.latencyBefore.add(meter.latency, -1);
    meter.latency.setApart();
    for (const link of model.links) link.meter.warm.set(link.meter.tally);
    for (const { meter: own } of model.stations) {
      own.warm.set(own.tally);
      own.batch.set(own.tally);
      own.residenceBefore.add(own.residence, -1);
      own.residence.setApart();
    }
  }

  private report(): Report {
    const nowMs = this.nowMs;
    for (const station of this.kernel.model.stations) station.elapse(nowMs);
    this.closeWindow();
    return reportOf({
      kernel: this.kernel,
      batches: this.batches,
      measuredMs: Math.max(0, nowMs - this.windows.warmupMs),
      processed: this.done,
      assumptions: assumptionsOf(this.config, this.faults.kinds),
      warnings: problemsOf(this.config).filter((problem) => problem.warning),
    });
  }

  private noteSaturated(station: { id: string; saturatedSeen: boolean }): void {
    if (station.saturatedSeen) return;
    station.saturatedSeen = true;
    const message = `All slots of ${station.id} are busy and requests wait, for the first time.`;
    this.journal.log(LogRecord_Level.LEVEL_WARN, "SATURATED", message, station.id);
  }

  private info(code: string, message: string): void {
    this.journal.log(LogRecord_Level.LEVEL_INFO, code, message);
  }
}

/** From this part of its slot time on, over a whole window, a station with a queue is called saturated. */
const SATURATED = 0.99;
