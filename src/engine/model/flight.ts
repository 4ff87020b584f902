import { MAX_INDEX } from "./agenda.ts";
import type { Link } from "./link.ts";
import type { PlannedCall, PlannedOperation } from "./operation.ts";
import type { Source } from "./source.ts";
import type { Pool } from "./station.ts";

/** Where a request is in its life. */
export const TRAVELLING = 0; // on its way to the station
export const QUEUED = 1;
export const WORKING = 2; // holds a slot, in a work step
export const CALLING = 3; // holds a slot, waits for its calls
export const CANCELLED = 4; // still in a waiting line, but nobody wants it
export const FREE = 5;

/**
 * One attempt of a call, as its station sees it. Requests and calls are kept and used again, without garbage:
 * each has a generation that moves on when it ends, so that what still refers to it is known to be stale.
 */
export class Request {
  readonly index: number;
  generation = 0;
  state = TRAVELLING;
  /** The link that it came over. */
  link: Link;
  /**
   * The call that it answers. Where the generations differ its caller has given up, and the call may already be
   * another: then nothing in it may be used.
   */
  call: Call;
  callGeneration = 0;
  operation: PlannedOperation;
  name = 0;
  key = 0;
  priority = 0;
  pool: Pool | undefined = undefined;
  step = 0;
  lastStep = 0;
  /** Calls of this step that have not ended. */
  pending = 0;
  failed = false;
  /** Missed the station's own cache. */
  missed = false;
  /** Bits of the calls that missed their caches. */
  misses = 0;
  arrivedMs = 0;
  workSinceMs = 0;
  /** By how much longer its work step takes, because its station was paused meanwhile. */
  pausedMs = 0;
  /** Work done for this attempt, here and in the calls that it waited for. */
  workMs = 0;

  constructor(index: number, call: Call, operation: PlannedOperation) {
    this.index = index;
    this.link = call.link;
    this.call = call;
    this.operation = operation;
  }
}

/** One logical call: its attempts, one after another, until one ends well or none is left. */
export class Call {
  readonly index: number;
  /** Moves on with the end of each attempt. */
  generation = 0;
  link: Link;
  /** The request that waits for it; undefined for a source's request and for an async call. */
  caller: Request | undefined = undefined;
  callerGeneration = 0;
  plan: PlannedCall | undefined = undefined;
  source: Source | undefined = undefined;
  /** The broker's consumer group that it is a delivery to; -1: none. */
  group = -1;
  name = 0;
  key = 0;
  priority = 0;
  /** Retries made. */
  retries = 0;
  /** Calls still to be made after this one, in sequence. */
  following = 0;
  holdsPermit = false;
  /** The attempt under way at the station, while it is there. */
  callee: Request | undefined = undefined;
  calleeGeneration = 0;
  /** The breaker's era in which the attempt was let through; -1: none was sent. */
  era = -1;
  outcome = 0;
  missed = false;
  /** Work reported with the answer that is on its way. */
  replyWorkMs = 0;
  startedMs = 0;

  constructor(index: number, link: Link) {
    this.index = index;
    this.link = link;
  }
}

/** Thrown where a run outgrows one of its limits; it ends the run. */
export class LimitExceeded extends Error {}

/** Live requests, and live calls, that one run may hold; about 0.5 GB of memory when both are reached. */
export const MAX_LIVE = 2_000_000;

const TOO_MANY = `More than ${MAX_LIVE} calls are alive at once.`;

if (MAX_LIVE > MAX_INDEX) throw new Error("MAX_LIVE does not fit into an event.");

export class RequestTable {
  readonly all: Request[] = [];
  private readonly free: Request[] = [];

  get live(): number {
    return this.all.length - this.free.length;
  }

  take(call: Call, operation: PlannedOperation): Request {
    const kept = this.free.pop();
    if (kept === undefined) {
      if (this.all.length >= MAX_LIVE) throw new LimitExceeded(TOO_MANY);
      const made = new Request(this.all.length, call, operation);
      this.all.push(made);
      return made;
    }
    kept.state = TRAVELLING;
    kept.link = call.link;
    kept.call = call;
    kept.operation = operation;
    kept.pool = undefined;
    kept.step = 0;
    kept.pending = 0;
    kept.failed = false;
    kept.missed = false;
    kept.misses = 0;
    kept.pausedMs = 0;
    kept.workMs = 0;
    return kept;
  }

  release(request: Request): void {
    request.generation = (request.generation + 1) | 0;
    request.state = FREE;
    this.free.push(request);
  }
}

export class CallTable {
  readonly all: Call[] = [];
  private readonly free: Call[] = [];

  get live(): number {
    return this.all.length - this.free.length;
  }

  take(link: Link): Call {
    const kept = this.free.pop();
    if (kept === undefined) {
      if (this.all.length >= MAX_LIVE) throw new LimitExceeded(TOO_MANY);
      const made = new Call(this.all.length, link);
      this.all.push(made);
      return made;
    }
    kept.link = link;
    kept.caller = undefined;
    kept.plan = undefined;
    kept.source = undefined;
    kept.group = -1;
    kept.following = 0;
    return kept;
  }

  release(call: Call): void {
    call.generation = (call.generation + 1) | 0;
    this.free.push(call);
  }
}
