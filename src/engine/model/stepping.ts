import { Balance } from "../../gen/architech/engine/v1/engine.ts";
import type { Calling } from "./calling.ts";
import type { CallTable, Request } from "./flight.ts";
import type { PlannedCall, PlannedStep } from "./operation.ts";
import { mix, type Random } from "./random.ts";

type CallStep = Exclude<PlannedStep, { kind: "work" }>;
type OneOf = Extract<PlannedStep, { kind: "one-of" }>;

/** Makes the calls of a step: which of them, how often, and whether the request waits for them. */
export class Stepping {
  private readonly calls: CallTable;
  private readonly calling: Calling;

  constructor(calls: CallTable, calling: Calling) {
    this.calls = calls;
    this.calling = calling;
  }

  /** Afterwards `request.pending` is the number of calls to wait for; none of them has ended yet. */
  call(request: Request, step: CallStep): void {
    const draws = request.link.to.callDraws;
    if (step.kind === "one-of") {
      const chosen = choose(step, request, draws);
      if (chosen !== undefined) this.make(request, chosen, draws);
      return;
    }
    for (const planned of step.calls) this.make(request, planned, draws);
  }

  private make(request: Request, planned: PlannedCall, draws: Random): void {
    if (planned.needsMiss !== 0 && (request.misses & planned.needsMiss) === 0) return;
    if (!draws.chance(planned.probability)) return;
    const times = planned.whole + (draws.chance(planned.fraction) ? 1 : 0);
    if (times === 0) return;
    if (planned.async) {
      for (let i = 0; i < times; i++) this.start(request, planned, 0, false);
      return;
    }
    request.pending++;
    this.start(request, planned, times - 1, true);
  }

  private start(request: Request, planned: PlannedCall, following: number, waits: boolean): void {
    const call = this.calls.take(planned.link);
    if (waits) {
      call.caller = request;
      call.callerGeneration = request.generation;
      call.plan = planned;
      call.following = following;
    }
    call.name = planned.name >= 0 ? planned.name : request.name;
    call.key = request.key;
    call.priority = request.priority;
    this.calling.begin(call);
  }
}

function choose(step: OneOf, request: Request, draws: Random): PlannedCall | undefined {
  const { calls } = step;
  const count = calls.length;
  if (count <= 1) return calls[0];
  switch (step.balance) {
    case Balance.BALANCE_RANDOM:
      return byWeight(step, draws);
    case Balance.BALANCE_LEAST_REQUEST:
      return leastUnderWay(step);
    case Balance.BALANCE_POWER_OF_TWO: {
      const first = draws.below(count);
      const other = calls[(first + 1 + draws.below(count - 1)) % count];
      const one = calls[first];
      return one !== undefined && other !== undefined && other.link.inFlight < one.link.inFlight
        ? other
        : one;
    }
    case Balance.BALANCE_HASH:
      return calls[(mix(request.key) >>> 0) % count];
    default:
      step.cursor = step.cursor + 1 < count ? step.cursor + 1 : 0;
      return calls[step.cursor];
  }
}

function byWeight(step: OneOf, draws: Random): PlannedCall | undefined {
  let left = draws.unit() * step.weightSum;
  for (const planned of step.calls) {
    left -= planned.weight;
    if (left < 0) return planned;
  }
  return step.calls[step.calls.length - 1];
}

/** Looks from a place that moves on each time, so that equals take turns. */
function leastUnderWay(step: OneOf): PlannedCall | undefined {
  const count = step.calls.length;
  step.cursor = step.cursor + 1 < count ? step.cursor + 1 : 0;
  let best = step.calls[step.cursor];
  for (let i = 1; i < count; i++) {
    const planned = step.calls[(step.cursor + i) % count];
    if (planned !== undefined && best !== undefined && planned.link.inFlight < best.link.inFlight)
      best = planned;
  }
  return best;
}
