import type { SimulationConfig } from "../../gen/architech/engine/v1/engine.ts";
import {
  type Agenda,
  ARRIVAL,
  DEADLINE,
  REPLICA,
  REPLY,
  REQUEST_IN,
  RETRY,
  SCALING,
  SHARED_END,
  THINK_END,
  USERS_RISE,
  WORK_END,
} from "./agenda.ts";
import { Brokering } from "./brokering.ts";
import { Calling, type Ends } from "./calling.ts";
import { compile, type Model } from "./compile.ts";
import { type Call, CallTable, type Request, RequestTable } from "./flight.ts";
import type { Journal } from "./journal.ts";
import { RunMeter } from "./metrics/run-meter.ts";
import { Autoscaler } from "./replicas/autoscaler.ts";
import { Failures } from "./replicas/failures.ts";
import { Outages } from "./replicas/outages.ts";
import { Serving } from "./serving.ts";
import { SharedWork } from "./shared-work.ts";
import { Sourcing } from "./sourcing.ts";
import type { Station } from "./station.ts";
import { Stepping } from "./stepping.ts";

/** The parts of a simulation wired to each other, and the one place that takes events from the agenda. */
export class Kernel implements Ends {
  readonly agenda: Agenda;
  readonly model: Model;
  readonly meter = new RunMeter();
  readonly requests = new RequestTable();
  readonly calls = new CallTable();
  readonly sourcing: Sourcing;
  readonly serving: Serving;
  readonly sharedWork: SharedWork;
  readonly brokering: Brokering;
  readonly outages: Outages;
  private readonly failures = new Map<number, Failures>();
  private readonly autoscalers = new Map<number, Autoscaler>();

  private readonly calling: Calling;

  constructor(config: SimulationConfig, seed: number, maxInFlight: number, agenda: Agenda, journal: Journal) {
    const { requests, calls, meter } = this;
    this.agenda = agenda;
    this.model = compile(config, seed, (call, generation) => calls.all[call]?.generation === generation);
    const ends = () => this;
    const { operations } = this.model;
    const calling = new Calling({ agenda, requests, calls, operations, meter, journal, ends });
    const stepping = new Stepping(calls, calling);
    this.calling = calling;
    this.sharedWork = new SharedWork(agenda, requests, this.model.shares);
    this.brokering = new Brokering(agenda, calls, calling, this.model.stations, this.model.links);
    const { sharedWork, brokering } = this;
    this.serving = new Serving({
      agenda,
      requests,
      calls,
      calling,
      stepping,
      sharedWork,
      brokering,
      journal,
    });
    this.sourcing = new Sourcing({ agenda, calls, calling, meter, maxInFlight });
    this.outages = new Outages(requests, this.serving, sharedWork, brokering);
    for (const station of this.model.stations) this.staff(station, seed, journal);
    for (const source of this.model.sources) this.sourcing.start(source);
  }

  /** Processes the next event; there must be one. */
  step(): void {
    const { agenda } = this;
    agenda.take();
    const { index, mark } = agenda;
    switch (agenda.kind) {
      case WORK_END: {
        const request = this.requests.all[index];
        if (request !== undefined && request.generation === mark) this.serving.worked(request);
        return;
      }
      case REQUEST_IN: {
        const request = this.requests.all[index];
        if (request !== undefined && request.generation === mark) this.serving.arrive(request);
        return;
      }
      case REPLY: {
        const call = this.calls.all[index];
        if (call !== undefined && call.generation === mark) this.calling.replied(call);
        return;
      }
      case RETRY: {
        const call = this.calls.all[index];
        if (call !== undefined && call.generation === mark) this.calling.retry(call);
        return;
      }
      default:
        this.stepRare(agenda.kind, index, mark);
    }
  }

  ended(call: Call, ok: boolean): void {
    if (call.source !== undefined) this.sourcing.ended(call.source, call, ok);
    else if (call.caller !== undefined) this.serving.callEnded(call, ok);
    else if (call.group >= 0) this.brokering.delivered(call);
    else this.calls.release(call);
  }

  cancel(request: Request): void {
    this.serving.abort(request);
  }

  private staff(station: Station, seed: number, journal: Journal): void {
    const { agenda, outages } = this;
    const { mtbfMs, autoscale } = station.config;
    if (mtbfMs > 0) this.failures.set(station.index, new Failures(agenda, outages, station, seed));
    if (autoscale === undefined) return;
    this.autoscalers.set(station.index, new Autoscaler(agenda, journal, outages, station, autoscale));
  }

  private stepRare(kind: number, index: number, mark: number): void {
    if (kind === SHARED_END) {
      const request = this.sharedWork.end(index, mark);
      if (request !== undefined) this.serving.worked(request);
      return;
    }
    if (kind === REPLICA || kind === SCALING) {
      if (kind === REPLICA) this.failures.get(index)?.turn(mark);
      else this.autoscalers.get(index)?.turn(mark);
      return;
    }
    if (kind === DEADLINE) {
      const link = this.model.links[index];
      if (link !== undefined) this.calling.deadline(link);
      return;
    }
    const source = this.model.sources[index];
    if (source === undefined) return;
    if (kind === ARRIVAL) this.sourcing.arrive(source, mark);
    else if (kind === THINK_END) this.sourcing.thought(source, mark);
    else if (kind === USERS_RISE) this.sourcing.rise(source, mark);
  }
}
