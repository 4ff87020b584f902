import type { Autoscale } from "../../../gen/architech/engine/v1/engine.ts";
import { type Agenda, DEMAND, LOOK, SCALING } from "../agenda.ts";
import type { Journal } from "../journal.ts";
import { BUSY_AREA, CAPACITY_AREA } from "../metrics/station-meter.ts";
import type { Station } from "../station.ts";
import type { Outages } from "./outages.ts";

/** Parts of the time after which an instance that nobody needed goes away; they are looked at one by one. */
const IDLE_PARTS = 10;

/**
 * One station's autoscaler. With an interval, as Kubernetes' does it: ceil(replicas x utilization / target), held
 * against small differences (tolerance) and against going down too soon (the greatest of the last wishes counts).
 * With interval 0, on demand: an instance is started for each request that finds none, and goes when not needed.
 */
export class Autoscaler {
  private readonly agenda: Agenda;
  private readonly journal: Journal;
  private readonly outages: Outages;
  private readonly station: Station;
  private readonly config: Autoscale;
  private readonly wishes: { timeMs: number; replicas: number }[] = [];
  private starting = 0;
  private busyBefore = 0;
  private capacityBefore = 0;

  constructor(agenda: Agenda, journal: Journal, outages: Outages, station: Station, config: Autoscale) {
    this.agenda = agenda;
    this.journal = journal;
    this.outages = outages;
    this.station = station;
    this.config = config;
    this.planLook();
  }

  turn(what: number): void {
    if (what === LOOK) this.look();
    else if (what === DEMAND) this.start(this.missing());
    else this.started(what);
  }

  private look(): void {
    const { station, config } = this;
    const { nowMs } = this.agenda;
    station.elapse(nowMs);
    const onDemand = config.intervalMs === 0;
    const replicas = this.within(onDemand ? this.needed() : this.wished());
    this.wishes.push({ timeMs: nowMs, replicas });
    while ((this.wishes[0]?.timeMs ?? nowMs) < nowMs - config.downStabilizationMs) this.wishes.shift();
    const held = this.wishes.reduce((most, wish) => Math.max(most, wish.replicas), 0);
    const have = station.replicasUp + this.starting;
    if (!onDemand && replicas > have) this.start(replicas - have);
    else if (held < station.replicasUp) this.scale(held);
    this.planLook();
  }

  /** By the utilization since the last look. */
  private wished(): number {
    const { tally } = this.station.meter;
    const busy = (tally[BUSY_AREA] ?? 0) - this.busyBefore;
    const capacity = (tally[CAPACITY_AREA] ?? 0) - this.capacityBefore;
    this.busyBefore += busy;
    this.capacityBefore += capacity;
    const up = this.station.replicasUp;
    const part = capacity > 0 ? busy / capacity / this.config.targetUtilization : 1;
    if (Math.abs(part - 1) <= this.config.tolerance) return up;
    return Math.ceil(up * part - 1e-9);
  }

  /** For the most slots that were held at once since the last look. */
  private needed(): number {
    const { station } = this;
    const slots = station.peakBusy;
    station.peakBusy = station.busy;
    return Math.ceil(slots / station.config.slots);
  }

  /** Instances to start so that each request that waits finds a slot. */
  private missing(): number {
    const { station } = this;
    const wanted = Math.ceil((station.busy + station.queued) / station.config.slots);
    return this.within(wanted) - station.replicasUp - this.starting;
  }

  private start(count: number): void {
    if (count <= 0) return;
    this.starting += count;
    this.agenda.after(this.config.upDelayMs, SCALING, this.station.index, count);
  }

  private started(count: number): void {
    this.starting -= count;
    this.scale(this.within(this.station.replicasUp + count));
  }

  private scale(replicas: number): void {
    if (replicas === this.station.replicasUp) return;
    this.outages.scale(this.station, replicas, this.agenda.nowMs);
    this.journal.scaled(this.station.id, replicas);
  }

  private within(replicas: number): number {
    return Math.min(this.config.max, Math.max(this.config.min, replicas));
  }

  private planLook(): void {
    const { intervalMs, downStabilizationMs } = this.config;
    const afterMs = intervalMs > 0 ? intervalMs : downStabilizationMs / IDLE_PARTS;
    if (afterMs > 0) this.agenda.after(afterMs, SCALING, this.station.index, LOOK);
  }
}
