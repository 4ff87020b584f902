import { LogRecord_Level } from "../../gen/architech/engine/v1/engine.ts";
import { type Agenda, DEADLINE, REPLY, REQUEST_IN, RETRY } from "./agenda.ts";
import {
  ERROR,
  earnRetries,
  failsByFault,
  isOrphan,
  OK,
  REJECTED,
  retriesAfter,
  TIMED_OUT,
} from "./attempt.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import type { Call, CallTable, Request, RequestTable } from "./flight.ts";
import type { Journal } from "./journal.ts";
import type { Link } from "./link.ts";
import { ATTEMPTS, CALLS, FAILURES, RETRIES, TIMEOUTS } from "./metrics/link-meter.ts";
import { type RunMeter, WASTED_MS } from "./metrics/run-meter.ts";
import { add } from "./metrics/tally.ts";
import type { OperationTable } from "./operation.ts";

/** The two ends of a link. Neither may be told anything while it is still telling calling something. */
export interface Ends {
  /** A request of a source, or the call of a request, has ended for good. The call is the end's to release. */
  ended(call: Call, ok: boolean): void;
  /** Nobody waits for this request any longer, and its link cancels. */
  cancel(request: Request): void;
}

/**
 * The life of calls on their links: permission (max_in_flight), attempts, loss, latency, timeouts, retries.
 *
 *   begin -> admit -> send -> … answer … -> replied -> end        deadline: the attempt is given up, the
 *              ^        `------------------> expired -> failed       callee's work goes on (wasted)
 *              `---------- retry <- back-off <--'`-> end
 *
 * Every outcome reaches the caller by way of the agenda, never inside the call that caused it.
 */
export class Calling {
  private readonly agenda: Agenda;
  private readonly requests: RequestTable;
  private readonly calls: CallTable;
  private readonly operations: OperationTable;
  private readonly meter: RunMeter;
  private readonly journal: Journal;
  private readonly ends: () => Ends;

  constructor(parts: {
    agenda: Agenda;
    requests: RequestTable;
    calls: CallTable;
    operations: OperationTable;
    meter: RunMeter;
    journal: Journal;
    ends: () => Ends;
  }) {
    this.agenda = parts.agenda;
    this.requests = parts.requests;
    this.calls = parts.calls;
    this.operations = parts.operations;
    this.meter = parts.meter;
    this.journal = parts.journal;
    this.ends = parts.ends;
  }

  /** A logical call begins; who it is from and for is already in it. */
  begin(call: Call): void {
    const link = call.link;
    add(link.meter.tally, CALLS, 1);
    link.inFlight++;
    earnRetries(link);
    call.retries = 0;
    call.holdsPermit = false;
    call.startedMs = this.agenda.nowMs;
    this.admit(call);
  }

  /** The station has answered (or refused): the answer travels back, if anybody still waits for it. */
  answer(request: Request, outcome: number): void {
    const call = request.call;
    if (call.generation !== request.callGeneration) {
      this.waste(request.workMs);
      return;
    }
    const link = call.link;
    call.callee = undefined;
    if (link.losses.chance(link.lossRatio)) {
      this.waste(request.workMs);
      this.lost(call);
      return;
    }
    call.outcome = outcome;
    call.missed = request.missed;
    call.replyWorkMs = request.workMs;
    this.agenda.after(
      link.responseMs + link.extraMs + link.latency.draw(),
      REPLY,
      call.index,
      call.generation,
    );
  }

  /** The answer of the attempt under way is back. */
  replied(call: Call): void {
    call.generation = (call.generation + 1) | 0;
    const caller = call.caller;
    if (caller !== undefined) {
      if (caller.generation === call.callerGeneration) caller.workMs += call.replyWorkMs;
      else this.waste(call.replyWorkMs);
    }
    this.tellBreaker(call, call.outcome === OK);
    if (call.outcome === OK) this.end(call, true);
    else this.failed(call, call.outcome);
  }

  /** The first deadline of a link is due, unless its call has ended in time. */
  deadline(link: Link): void {
    const { deadlines } = link;
    const nowMs = this.agenda.nowMs;
    for (deadlines.dropStale(); deadlines.length > 0 && deadlines.firstMs <= nowMs; deadlines.dropStale()) {
      const call = this.calls.all[deadlines.firstCall];
      deadlines.dropFirst();
      if (call !== undefined) this.expired(call);
    }
    link.deadlineSet = deadlines.length > 0;
    if (link.deadlineSet) this.agenda.at(deadlines.firstMs, DEADLINE, link.index, 0);
  }

  /** A back-off is over. */
  retry(call: Call): void {
    if (isOrphan(call)) this.end(call, false);
    else if (call.holdsPermit) this.send(call);
    else this.admit(call);
  }

  /** Work that came to nothing, because nobody waited for it any longer. */
  waste(workMs: number): void {
    add(this.meter.tally, WASTED_MS, workMs);
  }

  private admit(call: Call): void {
    const link = call.link;
    const { maxInFlight, maxPending } = link.config;
    if (maxInFlight === 0) {
      this.send(call);
    } else if (link.permits < maxInFlight) {
      link.permits++;
      call.holdsPermit = true;
      this.send(call);
    } else if (link.pending.count < maxPending) {
      link.pending.push(call.index, 0);
      link.pending.count++;
    } else {
      this.settle(call, REJECTED);
    }
  }

  private send(call: Call): void {
    const link = call.link;
    call.replyWorkMs = 0;
    if (link.breaker !== undefined && !this.breakerAllows(call, link.breaker)) {
      this.settle(call, REJECTED);
      return;
    }
    if (link.abortRatio > 0 || link.failNext > 0) {
      if (failsByFault(link)) {
        this.settle(call, ERROR);
        return;
      }
    }
    add(link.meter.tally, ATTEMPTS, 1);
    if (link.config.timeoutMs > 0) this.setDeadline(link, call);
    if (link.losses.chance(link.lossRatio)) {
      this.lost(call);
      return;
    }
    const request = this.requests.take(call, this.operations.find(link.to.index, call.name));
    request.callGeneration = call.generation;
    request.name = call.name;
    request.key = call.key;
    request.priority = call.priority;
    call.callee = request;
    call.calleeGeneration = request.generation;
    const travelMs = link.requestMs + link.extraMs + link.latency.draw();
    this.agenda.after(travelMs, REQUEST_IN, request.index, request.generation);
  }

  private setDeadline(link: Link, call: Call): void {
    const dueMs = this.agenda.nowMs + link.config.timeoutMs;
    link.deadlines.push(dueMs, call.index, call.generation);
    if (link.deadlineSet) return;
    link.deadlineSet = true;
    this.agenda.at(dueMs, DEADLINE, link.index, 0);
  }

  /** A message is lost: a caller waits for its timeout. Nobody waits for an async call without one. */
  private lost(call: Call): void {
    if (call.link.config.async && call.link.config.timeoutMs === 0) this.settle(call, TIMED_OUT);
  }

  /** Ends the attempt here and now, without a message. */
  private settle(call: Call, outcome: number): void {
    call.outcome = outcome;
    call.missed = false;
    call.replyWorkMs = 0;
    this.agenda.now(REPLY, call.index, call.generation);
  }

  private expired(call: Call): void {
    const link = call.link;
    const callee = call.callee;
    add(link.meter.tally, TIMEOUTS, 1);
    if (!link.timeoutSeen) {
      link.timeoutSeen = true;
      const message = `A call over ${link.id} timed out, for the first time, after ${link.config.timeoutMs} ms.`;
      this.journal.log(LogRecord_Level.LEVEL_WARN, "TIMEOUT", message, link.id);
    }
    call.generation = (call.generation + 1) | 0;
    call.callee = undefined;
    this.waste(call.replyWorkMs);
    if (link.config.cancelOnTimeout && callee?.generation === call.calleeGeneration) {
      this.ends().cancel(callee);
    }
    this.tellBreaker(call, false);
    this.failed(call, TIMED_OUT);
  }

  private breakerAllows(call: Call, breaker: CircuitBreaker): boolean {
    const before = breaker.state;
    const allowed = breaker.allows(this.agenda.nowMs);
    call.era = allowed ? breaker.era : -1;
    if (breaker.state !== before) this.journal.breaker(call.link.id, breaker.state);
    return allowed;
  }

  private tellBreaker(call: Call, well: boolean): void {
    const { breaker } = call.link;
    if (breaker === undefined) return;
    const before = breaker.state;
    breaker.record(well, call.era, this.agenda.nowMs);
    if (breaker.state !== before) this.journal.breaker(call.link.id, breaker.state);
  }

  private failed(call: Call, outcome: number): void {
    const link = call.link;
    const waitMs = link.backoffMs[call.retries];
    if (waitMs === undefined || !retriesAfter(link, outcome) || link.retryCredit < 1 || isOrphan(call)) {
      this.end(call, false);
      return;
    }
    link.retryCredit -= 1;
    call.retries++;
    add(link.meter.tally, RETRIES, 1);
    const jitter = link.config.retry?.jitterRatio ?? 0;
    const part = jitter > 0 ? 1 - jitter * link.jitter.unit() : 1;
    this.agenda.after(waitMs * part, RETRY, call.index, call.generation);
  }

  private end(call: Call, ok: boolean): void {
    const link = call.link;
    link.inFlight--;
    if (!ok) add(link.meter.tally, FAILURES, 1);
    if (call.holdsPermit) {
      link.permits--;
      call.holdsPermit = false;
      this.admitPending(link);
    }
    this.ends().ended(call, ok);
  }

  private admitPending(link: Link): void {
    while (link.pending.count > 0 && link.permits < link.config.maxInFlight) {
      const call = this.calls.all[link.pending.pop()];
      link.pending.count--;
      if (call === undefined) continue;
      link.permits++;
      call.holdsPermit = true;
      // The caller of a waiting call may be gone: the agenda ends it, which frees the permit again.
      this.agenda.now(RETRY, call.index, call.generation);
    }
  }
}
