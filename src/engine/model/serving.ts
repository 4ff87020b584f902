import { LogRecord_Level } from "../../gen/architech/engine/v1/engine.ts";
import { type Agenda, DEMAND, SCALING, WORK_END } from "./agenda.ts";
import { choosePool } from "./balance.ts";
import type { Brokering } from "./brokering.ts";
import { type Calling, ERROR, OK, REJECTED } from "./calling.ts";
import {
  CALLING,
  CANCELLED,
  type Call,
  type CallTable,
  QUEUED,
  type Request,
  type RequestTable,
  WORKING,
} from "./flight.ts";
import type { Journal } from "./journal.ts";
import {
  ARRIVALS,
  BEGUN,
  ENDED,
  ERRORS,
  HITS,
  LOOKUPS,
  REJECTED as REJECTIONS,
  WAIT_MS,
  WORK_MS,
} from "./metrics/station-meter.ts";
import { add } from "./metrics/tally.ts";
import type { SharedWork } from "./shared-work.ts";
import type { Pool, Station } from "./station.ts";
import type { Stepping } from "./stepping.ts";

/**
 * The life of requests at their stations: a request takes a slot or waits for one, goes through the steps of
 * its operation, holding its slot through work and calls alike, and answers.
 *
 *   TRAVELLING -> QUEUED -> WORKING <-> CALLING -> answered        rejected at once: queue full
 */
export class Serving {
  private readonly agenda: Agenda;
  private readonly requests: RequestTable;
  private readonly calls: CallTable;
  private readonly calling: Calling;
  private readonly stepping: Stepping;
  private readonly sharedWork: SharedWork;
  private readonly brokering: Brokering;
  private readonly journal: Journal;

  constructor(parts: {
    agenda: Agenda;
    requests: RequestTable;
    calls: CallTable;
    calling: Calling;
    stepping: Stepping;
    sharedWork: SharedWork;
    brokering: Brokering;
    journal: Journal;
  }) {
    this.agenda = parts.agenda;
    this.requests = parts.requests;
    this.calls = parts.calls;
    this.calling = parts.calling;
    this.stepping = parts.stepping;
    this.sharedWork = parts.sharedWork;
    this.brokering = parts.brokering;
    this.journal = parts.journal;
  }

  get nowMs(): number {
    return this.agenda.nowMs;
  }

  /** An attempt has reached its station. */
  arrive(request: Request): void {
    const { call, link } = request;
    const station = link.to;
    if (link.config.cancelOnTimeout && call.generation !== request.callGeneration) {
      this.requests.release(request);
      return;
    }
    add(station.meter.tally, ARRIVALS, 1);
    request.arrivedMs = this.agenda.nowMs;
    const limited = station.limiter?.take(this.agenda.nowMs) === false;
    if (limited || (station.config.broker !== undefined && this.brokering.refuses(station))) {
      this.turnAway(request, station, REJECTED);
      return;
    }
    const pool = choosePool(station, request.key);
    if (pool === undefined || aborts(station)) {
      this.turnAway(request, station, ERROR);
    } else if (pool.busy < pool.slots && !pool.held) {
      station.elapse(this.agenda.nowMs);
      this.start(request, station, pool);
    } else if (pool.line.count < station.queueCapacity) {
      this.enqueue(request, station, pool);
    } else {
      this.noteFull(station);
      this.turnAway(request, station, REJECTED);
    }
  }

  /** The time of a work step is over; it is done, unless its station was paused meanwhile. */
  worked(request: Request): void {
    if (request.pausedMs > 0) {
      this.lengthen(request);
      return;
    }
    this.accountWork(request);
    this.proceed(request);
  }

  /** A call that the request waited for has ended. */
  callEnded(call: Call, ok: boolean): void {
    const { caller, plan } = call;
    if (caller === undefined || plan === undefined || caller.generation !== call.callerGeneration) {
      this.calls.release(call);
      return;
    }
    // A cache that failed to answer held nothing for its caller: that counts as a miss.
    if (!ok || call.missed) caller.misses |= plan.missBit;
    if (!ok && !plan.optional) {
      caller.failed = true;
      call.following = 0;
    }
    if (call.following > 0) {
      call.following--;
      this.calling.begin(call);
      return;
    }
    this.calls.release(call);
    caller.pending--;
    if (caller.pending === 0) this.proceed(caller);
  }

  /** Ends a request before its time, wherever it is; its caller, if it still waits, sees an error. */
  abort(request: Request): void {
    const station = request.link.to;
    const { pool } = request;
    const { state } = request;
    if (pool === undefined || (state !== QUEUED && state !== WORKING && state !== CALLING)) return;
    if (state === QUEUED) {
      station.elapse(this.agenda.nowMs);
      station.queued--;
      pool.line.count--;
      this.account(request, station, true);
      this.calling.answer(request, ERROR);
      // Its entry stays in the waiting line until it is met there, and only then can the request be used again.
      request.state = CANCELLED;
      return;
    }
    if (state === WORKING) {
      this.accountWork(request);
      if (pool.sharing !== undefined) this.sharedWork.breakOff(request, pool.sharing);
    }
    this.finish(request, station, pool, true);
  }

  private enqueue(request: Request, station: Station, pool: Pool): void {
    station.elapse(this.agenda.nowMs);
    request.state = QUEUED;
    request.pool = pool;
    if (pool.line.held > 2 * pool.line.count + SWEEP_SLACK) this.sweep(pool);
    pool.line.push(request.index, request.priority);
    pool.line.count++;
    station.queued++;
    if (station.queued > station.meter.maxQueue) station.meter.maxQueue = station.queued;
    if (station.onDemand) this.agenda.now(SCALING, station.index, DEMAND);
  }

  private start(request: Request, station: Station, pool: Pool): void {
    const { tally } = station.meter;
    pool.busy++;
    // Where work shares the cores it is the work that keeps them busy, not the request.
    if (!station.shared) station.busy++;
    if (station.busy > station.peakBusy) station.peakBusy = station.busy;
    add(tally, BEGUN, 1);
    add(tally, WAIT_MS, this.agenda.nowMs - request.arrivedMs);
    request.pool = pool;
    request.lastStep = request.operation.steps.length;
    if (station.config.cache !== undefined) this.lookUp(request, station);
    this.proceed(request);
  }

  private lookUp(request: Request, station: Station): void {
    const { tally } = station.meter;
    add(tally, LOOKUPS, 1);
    if (station.cacheDraws.chance(station.hitRatio(this.agenda.nowMs))) {
      add(tally, HITS, 1);
      request.lastStep = request.operation.hitEnd;
    } else {
      request.missed = true;
    }
  }

  /** Goes through steps until one takes time, or the last is done. */
  private proceed(request: Request): void {
    while (!request.failed && request.step < request.lastStep) {
      const step = request.operation.steps[request.step++];
      if (step === undefined) break;
      if (step.kind === "work") {
        const workMs = step.work.draw() * request.link.to.slowness;
        if (workMs > 0) {
          this.work(request, workMs);
          return;
        }
      } else {
        request.state = CALLING;
        this.stepping.call(request, step);
        if (request.pending > 0) return;
      }
    }
    const station = request.link.to;
    if (request.pool === undefined) throw new Error("A request that runs has a pool.");
    const failed = request.failed || station.errors.chance(request.operation.errorRatio);
    if (!failed && station.config.broker !== undefined) this.brokering.store(request, station);
    this.finish(request, station, request.pool, failed);
  }

  private work(request: Request, workMs: number): void {
    const { nowMs } = this.agenda;
    request.state = WORKING;
    const sharing = request.pool?.sharing;
    if (sharing !== undefined) {
      this.sharedWork.begin(request, sharing, workMs);
      return;
    }
    request.workSinceMs = nowMs;
    // On a station that is paused, it begins when the pause is over.
    request.pausedMs = Math.max(0, request.link.to.pausedUntilMs - nowMs);
    this.agenda.after(workMs, WORK_END, request.index, request.generation);
  }

  private lengthen(request: Request): void {
    const { pausedMs } = request;
    request.pausedMs = 0;
    if (!Number.isFinite(pausedMs)) return;
    request.workSinceMs += pausedMs;
    this.agenda.after(pausedMs, WORK_END, request.index, request.generation);
  }

  private finish(request: Request, station: Station, pool: Pool, failed: boolean): void {
    station.elapse(this.agenda.nowMs);
    pool.busy--;
    if (!station.shared) station.busy--;
    this.account(request, station, failed);
    this.calling.answer(request, failed ? ERROR : OK);
    this.requests.release(request);
    this.fill(station, pool);
  }

  /** Gives free slots to those who wait. A request that ends at once inside leaves its slot to this same loop. */
  fill(station: Station, pool: Pool): void {
    if (pool.filling) return;
    pool.filling = true;
    while (pool.line.count > 0 && pool.busy < pool.slots && !pool.held) {
      const request = this.requests.all[pool.line.pop()];
      if (request === undefined) break;
      if (request.state === CANCELLED) {
        this.requests.release(request);
        continue;
      }
      pool.line.count--;
      station.queued--;
      this.start(request, station, pool);
    }
    pool.filling = false;
  }

  private account(request: Request, station: Station, failed: boolean): void {
    const { meter } = station;
    add(meter.tally, ENDED, 1);
    if (failed) add(meter.tally, ERRORS, 1);
    meter.residence.record(this.agenda.nowMs - request.arrivedMs);
  }

  private accountWork(request: Request): void {
    const clockMs = request.pool?.sharing?.workedAt(this.agenda.nowMs) ?? this.agenda.nowMs;
    const workMs = clockMs - request.workSinceMs;
    request.workMs += workMs;
    add(request.link.to.meter.tally, WORK_MS, workMs);
  }

  /** Answers at once, without a slot: refused (REJECTED), or nothing is there to serve it (ERROR). */
  private turnAway(request: Request, station: Station, outcome: number): void {
    const { tally } = station.meter;
    if (outcome === REJECTED) {
      add(tally, REJECTIONS, 1);
    } else {
      add(tally, ENDED, 1);
      add(tally, ERRORS, 1);
    }
    this.calling.answer(request, outcome);
    this.requests.release(request);
  }

  /** Drops the cancelled from a waiting line that is mostly made of them. */
  private sweep(pool: Pool): void {
    pool.line.sweep((index) => {
      const request = this.requests.all[index];
      if (request === undefined || request.state !== CANCELLED) return true;
      this.requests.release(request);
      return false;
    });
  }

  private noteFull(station: Station): void {
    if (station.fullSeen) return;
    station.fullSeen = true;
    const message = `The queue of ${station.id} is full: a request was refused, for the first time.`;
    this.journal.log(LogRecord_Level.LEVEL_WARN, "QUEUE_FULL", message, station.id);
  }
}

/** Cancelled entries that a waiting line may hold before they are looked at. */
const SWEEP_SLACK = 1_024;

/** Whether a fault makes this request fail. */
function aborts(station: Station): boolean {
  if (station.failNext > 0) {
    station.failNext--;
    return true;
  }
  return station.faultDraws.chance(station.abortRatio);
}
