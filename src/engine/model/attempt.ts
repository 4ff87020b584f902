import type { Call } from "./flight.ts";
import type { Link } from "./link.ts";

/** How an attempt ends. */
export const OK = 0;
export const ERROR = 1;
export const REJECTED = 2;
export const TIMED_OUT = 3;

/** A link's retry budget never saves up more than its last 100 calls have earned. */
const BUDGET_CALLS = 100;

/** A call earns its link a part of a retry, where retries have a budget. */
export function earnRetries(link: Link): void {
  const budget = link.config.retry?.budgetRatio ?? 0;
  if (budget === 0) return;
  link.retryCredit = Math.min(link.retryCredit + budget, Math.max(1, budget * BUDGET_CALLS));
}

/** Whether its caller ended (was killed or cancelled) while the call was under way. */
export function isOrphan(call: Call): boolean {
  return call.caller !== undefined && call.caller.generation !== call.callerGeneration;
}

/** Whether a call over this link is retried after such an end, as long as it has retries left. */
export function retriesAfter(link: Link, outcome: number): boolean {
  const retry = link.config.retry;
  if (retry === undefined) return false;
  if (outcome === TIMED_OUT) return retry.onTimeout;
  return outcome === REJECTED ? retry.onReject : retry.onError;
}

/** Whether a fault makes this attempt fail. */
export function failsByFault(link: Link): boolean {
  if (link.failNext > 0) {
    link.failNext--;
    return true;
  }
  return link.faultDraws.chance(link.abortRatio);
}
