// Budgets of one replica, in memory: for one that is alone, and while Redis is not to be had.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import {
  type BudgetName,
  type Budgets,
  budgetSeconds,
  type RateLimiter,
} from "../core/ports/rate-limiter.ts";

/** What is drawn on is forgotten after a minute. */
export function createMemoryRateLimiter(budgets: Budgets): RateLimiter {
  const limiter = (points: number) => new RateLimiterMemory({ points, duration: budgetSeconds });
  const limiters: Record<BudgetName, RateLimiterMemory> = {
    user: limiter(budgets.user),
    address: limiter(budgets.address),
  };
  return {
    spend: (budget, key, points) => waitOf(limiters[budget].consume(key, points)),
  };
}

/** Of the library's answer, which rejects where a budget is spent; ms. Rejects with what else went wrong. */
async function waitOf(answer: Promise<RateLimiterRes>): Promise<number> {
  try {
    await answer;
    return 0;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return Math.max(1, refused.msBeforeNext);
    throw refused;
  }
}
