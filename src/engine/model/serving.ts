import { type Agenda, DEMAND, SCALING, WORK_END } from "./agenda.ts";
import { ERROR, OK, REJECTED } from "./attempt.ts";
import { choosePool } from "./balance.ts";
import type { Brokering } from "./brokering.ts";
import type { Calling } from "./calling.ts";
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
import type { SharedWork } from "./shared-work.ts";
import type { Pool, Station } from "./station.ts";
import type { Stepping } from "./stepping.ts";
import {
  countArrival,
  countBegun,
  countEnd,
  countTurnedAway,
  countWork,
  failsByFault,
  lookUp,
  noteFull,
} from "./visit.ts";

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
    countArrival(station);
    request.arrivedMs = this.agenda.nowMs;
    const limited = station.limiter?.take(this.agenda.nowMs) === false;
    if (limited || (station.config.broker !== undefined && this.brokering.refuses(station))) {
      this.turnAway(request, station, REJECTED);
      return;
    }
    const pool = choosePool(station, request.key);
    if (pool === undefined || failsByFault(station)) {
      this.turnAway(request, station, ERROR);
    } else if (pool.busy < pool.slots && !pool.held) {
      station.elapse(this.agenda.nowMs);
      this.start(request, station, pool);
    } else if (pool.line.count < station.queueCapacity) {
      this.enqueue(request, station, pool);
    } else {
      noteFull(station, this.journal);
      this.turnAway(request, station, REJECTED);
    }
  }

  /** The time of a work step is over; it is done, unless its station was paused meanwhile. */
  worked(request: Request): void {
    if (request.pausedMs > 0) {
      this.lengthen(request);
      return;
    }
    countWork(request, this.agenda.nowMs);
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
      countEnd(request, station, true, this.agenda.nowMs);
      this.calling.answer(request, ERROR);
      // Its entry stays in the waiting line until it is met there, and only then can the request be used again.
      request.state = CANCELLED;
      return;
    }
    if (state === WORKING) {
      countWork(request, this.agenda.nowMs);
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
    pool.busy++;
    // Where work shares the cores it is the work that keeps them busy, not the request.
    if (!station.shared) station.busy++;
    if (station.busy > station.peakBusy) station.peakBusy = station.busy;
    countBegun(request, station, this.agenda.nowMs);
    request.pool = pool;
    request.lastStep = request.operation.steps.length;
    if (station.config.cache !== undefined) lookUp(request, station, this.agenda.nowMs);
    this.proceed(request);
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
    countEnd(request, station, failed, this.agenda.nowMs);
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

  /** Answers at once, without a slot: refused (REJECTED), or nothing is there to serve it (ERROR). */
  private turnAway(request: Request, station: Station, outcome: number): void {
    countTurnedAway(station, outcome === REJECTED);
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
}

/** Cancelled entries that a waiting line may hold before they are looked at. */
const SWEEP_SLACK = 1_024;
