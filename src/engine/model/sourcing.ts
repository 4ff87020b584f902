import { type Agenda, ARRIVAL, THINK_END, USERS_RISE } from "./agenda.ts";
import type { Calling } from "./calling.ts";
import { type Call, type CallTable, LimitExceeded } from "./flight.ts";
import { FAILED, LATENCY_MS, OFFERED, OK, type RunMeter } from "./metrics/run-meter.ts";
import { add } from "./metrics/tally.ts";
import type { ClosedState, OpenState, Source } from "./source.ts";

/** Where requests come from and end: open sources, traces, and users. */
export class Sourcing {
  /** Requests of the sources that are under way. */
  inFlight = 0;
  private readonly agenda: Agenda;
  private readonly calls: CallTable;
  private readonly calling: Calling;
  private readonly meter: RunMeter;
  private readonly maxInFlight: number;

  constructor(parts: {
    agenda: Agenda;
    calls: CallTable;
    calling: Calling;
    meter: RunMeter;
    maxInFlight: number;
  }) {
    this.agenda = parts.agenda;
    this.calls = parts.calls;
    this.calling = parts.calling;
    this.meter = parts.meter;
    this.maxInFlight = parts.maxInFlight;
  }

  start(source: Source): void {
    if (source.open !== undefined) this.planArrival(source, source.open, source.open.even ? 0.5 : undefined);
    if (source.closed !== undefined) this.planRise(source, source.closed);
  }

  /** The next request of an open source is due. */
  arrive(source: Source, generation: number): void {
    const open = source.open;
    if (open === undefined || open.generation !== generation) return;
    open.fromMs = this.agenda.nowMs;
    this.request(source, source.made++);
    this.planArrival(source, open, undefined);
  }

  /** A user has thought: asks, or leaves where there are too many users. */
  thought(source: Source, user: number): void {
    const closed = source.closed;
    if (closed === undefined) return;
    if (closed.users > closed.profile.usersAt(this.agenda.nowMs, closed.factor)) {
      closed.users--;
      this.planRise(source, closed);
      return;
    }
    this.request(source, user);
  }

  /** A closed source is to have one user more, at least. */
  rise(source: Source, generation: number): void {
    const closed = source.closed;
    if (closed === undefined || closed.generation !== generation) return;
    const wanted = closed.profile.usersAt(this.agenda.nowMs, closed.factor);
    do {
      closed.users++;
      this.think(source, closed, closed.made++);
    } while (closed.users < wanted);
    this.planRise(source, closed);
  }

  /** A source's request has ended. */
  ended(source: Source, call: Call, ok: boolean): void {
    const { tally, latency } = this.meter;
    this.inFlight--;
    if (ok) {
      const latencyMs = this.agenda.nowMs - call.startedMs;
      add(tally, OK, 1);
      add(tally, LATENCY_MS, latencyMs);
      latency.record(latencyMs);
    } else {
      add(tally, FAILED, 1);
    }
    const user = call.key;
    this.calls.release(call);
    if (source.closed !== undefined) this.think(source, source.closed, user);
  }

  /** Multiplies the rate of an open source, or the users of a closed one, from now on. */
  setFactor(source: Source, factor: number): void {
    const { open, closed } = source;
    if (closed !== undefined) {
      closed.factor = factor;
      this.planRise(source, closed);
    }
    if (open === undefined) return;
    const nowMs = this.agenda.nowMs;
    const had = open.profile.area(open.fromMs, nowMs) * open.factor;
    open.fromMs = nowMs;
    open.areaLeft = Math.max(0, open.areaLeft - had);
    open.factor = factor;
    this.planArrival(source, open, open.areaLeft);
  }

  private request(source: Source, key: number): void {
    this.inFlight++;
    if (this.inFlight > this.maxInFlight) {
      throw new LimitExceeded(`More than ${this.maxInFlight} requests are in flight.`);
    }
    add(this.meter.tally, OFFERED, 1);
    const call = this.calls.take(source.link);
    call.source = source;
    call.name = source.drawName();
    call.key = key;
    call.priority = source.level;
    this.calling.begin(call);
  }

  private think(source: Source, closed: ClosedState, user: number): void {
    this.agenda.after(closed.think.draw(), THINK_END, source.index, user);
  }

  /** `area`: of the rate's integral, until the next arrival; undefined: drawn, or 1 where arrivals come evenly. */
  private planArrival(source: Source, open: OpenState, area: number | undefined): void {
    open.areaLeft = area ?? (open.even ? 1 : -Math.log(source.arrivals.unit()));
    open.generation = (open.generation + 1) | 0;
    if (open.factor <= 0) return;
    const timeMs = open.profile.timeOf(open.fromMs, open.areaLeft / open.factor);
    if (Number.isFinite(timeMs)) this.agenda.at(timeMs, ARRIVAL, source.index, open.generation);
  }

  private planRise(source: Source, closed: ClosedState): void {
    closed.generation = (closed.generation + 1) | 0;
    const timeMs = closed.profile.riseTo(closed.users + 1, this.agenda.nowMs, closed.factor);
    if (!Number.isFinite(timeMs)) return;
    this.agenda.at(timeMs, USERS_RISE, source.index, closed.generation);
  }
}
