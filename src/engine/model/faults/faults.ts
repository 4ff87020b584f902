import {
  type Fault,
  FaultEvent_Phase,
  type SimulationConfig,
} from "../../../gen/architech/engine/v1/engine.ts";
import type { Journal } from "../journal.ts";
import type { Kernel } from "../kernel.ts";
import type { Link } from "../link.ts";
import type { Outage, Outages } from "../replicas/outages.ts";
import type { Station } from "../station.ts";
import { FaultPlan } from "./fault-plan.ts";

/** A fault that is on, and what it needs to end. */
interface Active {
  readonly fault: Fault;
  readonly stations: readonly Station[];
  readonly links: readonly Link[];
  readonly outages: Map<Station, Outage>;
  readonly replicasBefore: Map<Station, number>;
}

/**
 * Things that go wrong on purpose. Those that bend a number (a factor, a ratio, a delay) are worked out afresh from
 * all that are on whenever one begins or ends, so that overlapping ones combine and none leaves a trace.
 */
export class Faults {
  readonly plan = new FaultPlan();
  /** Of all that have begun. */
  readonly kinds = new Set<string>();
  private readonly config: SimulationConfig;
  private readonly kernel: Kernel;
  private readonly journal: Journal;
  private readonly outages: Outages;
  private readonly active: Active[] = [];

  constructor(config: SimulationConfig, kernel: Kernel, journal: Journal) {
    this.config = config;
    this.kernel = kernel;
    this.journal = journal;
    this.outages = kernel.outages;
    for (const fault of config.faults) this.plan.add({ timeMs: fault.atMs, fault, begins: true });
  }

  /** Begins or ends the next one; the clock stands at its time. */
  actNext(): void {
    const next = this.plan.take();
    if (next === undefined) return;
    if (next.begins) this.begin(next.fault);
    else this.end(next.fault);
  }

  private begin(fault: Fault): void {
    const active: Active = {
      fault,
      stations: this.stationsOf(fault),
      links: this.linksOf(fault),
      outages: new Map(),
      replicasBefore: new Map(),
    };
    this.active.push(active);
    this.kinds.add(fault.kind);
    const phase = fault.kind === "scale" ? FaultEvent_Phase.PHASE_SCALED : FaultEvent_Phase.PHASE_STARTED;
    this.tell(fault, phase);
    for (const station of active.stations) this.beginAt(station, active);
    if (fault.kind === "fail-first") for (const link of active.links) link.failNext += fault.amount;
    this.bend(active);
    const { nowMs } = this.kernel.agenda;
    const lasts =
      fault.kind === "cache-flush" ? fault.durationMs : fault.durationMs || Number.POSITIVE_INFINITY;
    if (Number.isFinite(lasts)) this.plan.add({ timeMs: nowMs + lasts, fault, begins: false });
  }

  private end(fault: Fault): void {
    const at = this.active.findIndex((active) => active.fault === fault);
    const [active] = at < 0 ? [] : this.active.splice(at, 1);
    if (active === undefined) return;
    for (const station of active.stations) this.endAt(station, active);
    if (fault.kind === "fail-first") for (const link of active.links) link.failNext = 0;
    this.bend(active);
    this.tell(fault, FaultEvent_Phase.PHASE_ENDED);
  }

  private beginAt(station: Station, { fault, outages, replicasBefore }: Active): void {
    const { nowMs } = this.kernel.agenda;
    switch (fault.kind) {
      case "kill":
        outages.set(station, this.outages.kill(station, fault.replicas || station.replicasUp, nowMs));
        return;
      case "pause":
        this.outages.pause(station, nowMs + (fault.durationMs || Number.POSITIVE_INFINITY), nowMs);
        return;
      case "scale":
        replicasBefore.set(station, station.replicasUp);
        this.outages.scale(station, fault.amount, nowMs);
        return;
      case "fail-first":
        station.failNext += fault.amount;
        return;
      case "queue-block":
        station.blocked = true;
        return;
      case "cache-flush":
        station.cacheSinceMs = Number.POSITIVE_INFINITY;
    }
  }

  private endAt(station: Station, { fault, outages, replicasBefore }: Active): void {
    const { nowMs } = this.kernel.agenda;
    switch (fault.kind) {
      case "kill": {
        const outage = outages.get(station);
        if (outage !== undefined) this.outages.restore(station, outage, nowMs);
        return;
      }
      case "pause":
        this.outages.resume(station, nowMs);
        return;
      case "scale":
        this.outages.scale(station, replicasBefore.get(station) ?? station.replicasUp, nowMs);
        return;
      case "fail-first":
        station.failNext = 0;
        return;
      case "queue-block":
        station.blocked = false;
        this.kernel.brokering.wake(station);
        return;
      case "cache-flush":
        station.cacheSinceMs = nowMs;
    }
  }

  /** Works out the bent numbers of all that the fault touches. */
  private bend({ fault, stations, links }: Active): void {
    for (const station of stations) {
      station.slowness = this.amounts("slow", station).reduce((product, amount) => product * amount, 1);
      station.abortRatio = either(this.amounts("error", station));
    }
    for (const link of links) {
      link.extraMs = this.amounts("latency", link).reduce((sum, amount) => sum + amount, 0);
      link.abortRatio = either(this.amounts("error", link));
      const cut = this.amounts("partition", link).map(() => 1);
      const losses = [...this.amounts("loss", link), ...cut];
      link.lossRatio =
        losses.length === 0 ? link.config.lossRatio : either([link.config.lossRatio, ...losses]);
    }
    if (fault.kind !== "traffic") return;
    for (const source of this.kernel.model.sources) {
      if (source.id !== fault.target) continue;
      const on = this.active.filter(
        ({ fault: other }) => other.kind === "traffic" && other.target === source.id,
      );
      this.kernel.sourcing.setFactor(
        source,
        on.reduce((product, { fault: other }) => product * other.amount, 1),
      );
    }
  }

  private amounts(kind: string, part: Station | Link): number[] {
    return this.active
      .filter(({ fault, stations, links }) => {
        const parts: readonly (Station | Link)[] = [...stations, ...links];
        return fault.kind === kind && parts.includes(part);
      })
      .map(({ fault }) => fault.amount);
  }

  /** A station, or all stations of a zone. */
  private stationsOf({ kind, target }: Fault): Station[] {
    if (kind === "partition" || kind === "latency" || kind === "loss" || kind === "traffic") return [];
    const { stations } = this.kernel.model;
    const named = stations.filter((station) => station.id === target);
    return named.length > 0 ? named : stations.filter(({ config }) => config.zone === target);
  }

  /** A link; for a partition also all links between two zones, or between a zone and everything else. */
  private linksOf({ kind, target, otherTarget }: Fault): Link[] {
    const { links } = this.kernel.model;
    const named = links.filter((link) => link.id === target);
    if (kind !== "partition" || named.length > 0) return named;
    return links.filter(({ config, to }) => {
      const ends = [this.zoneOf(config.from), to.config.zone];
      if (!ends.includes(target) || ends[0] === ends[1]) return false;
      return otherTarget === "" || ends.includes(otherTarget);
    });
  }

  /** Of a station; a source is in no zone. */
  private zoneOf(id: string): string {
    return this.config.stations.find((station) => station.id === id)?.zone ?? "";
  }

  private tell(fault: Fault, phase: FaultEvent_Phase): void {
    const { id, kind, target, amount, replicas } = fault;
    const value = kind === "kill" ? replicas : amount;
    this.journal.write({ $case: "fault", value: { faultId: id, kind, target, phase, value } });
  }
}

/** The chance that at least one of several independent things happens. */
function either(chances: readonly number[]): number {
  return 1 - chances.reduce((none, chance) => none * (1 - chance), 1);
}
