// Budgets that all replicas share, in Redis. Whoever asks waits a tenth of a second at most: when Redis is slow or
// away, this replica's own budgets decide, and Redis is tried again once a second by one request alone.
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import {
  type BudgetName,
  type Budgets,
  budgetSeconds,
  type RateLimiter,
} from "../core/ports/rate-limiter.ts";
import type { TlsIdentity } from "../core/ports/tls.ts";
import { connectForBudgets } from "./connect.ts";

interface RedisRateLimiterOptions {
  readonly url: string;
  /** Whom to believe and what to show where the URL asks for TLS. */
  readonly tls?: TlsIdentity;
  /** Keeps installations that share a server apart. */
  readonly installation: string;
  readonly budgets: Budgets;
  /** This replica's own, which decides while Redis does not. */
  readonly own: RateLimiter;
  readonly log: Log;
}

export interface RedisRateLimiter extends RateLimiter {
  /** Whether Redis decides; false: this replica by itself. */
  readonly isShared: boolean;
  close(): void;
}

/** An answer that takes longer is not waited for, ms: a Cluster may look for its nodes for a while. */
const answerMs = 150;
/** After a failure this replica decides by itself for so long, ms. */
const aloneMs = 1_000;

/** Connects in the background. Throws ServiceError BAD_INPUT for a bad URL. */
export function createRedisRateLimiter(options: RedisRateLimiterOptions): RedisRateLimiter {
  const { url, tls, installation, budgets, own, log } = options;
  const client = connectForBudgets(url, tls);
  const shared = (budget: BudgetName) =>
    new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `simulations:${installation}:budget:${budget}`,
      points: budgets[budget],
      duration: budgetSeconds,
      rejectIfRedisNotReady: true,
    });
  const limiters: Record<BudgetName, RateLimiterRedis> = { user: shared("user"), address: shared("address") };
  let aloneUntil = 0;
  let isShared = true;

  function failed(error: unknown): void {
    if (isShared) log.warn({ reason: messageOf(error) }, "Budgets are kept by this replica: Redis is away.");
    isShared = false;
  }

  function worked(): void {
    if (!isShared) log.info({}, "Budgets are shared through Redis again.");
    isShared = true;
    aloneUntil = 0;
  }

  client.on("error", () => {});
  return {
    get isShared() {
      return isShared;
    },
    async spend(budget, key, points) {
      const now = performance.now();
      if (now < aloneUntil) return own.spend(budget, key, points);
      // While it is away, those that come during the try do not wait for how it ends.
      if (!isShared) aloneUntil = now + aloneMs;
      try {
        const wait = await soon(waitOf(limiters[budget].consume(key, points)));
        worked();
        return wait;
      } catch (error) {
        aloneUntil = performance.now() + aloneMs;
        failed(error);
        return own.spend(budget, key, points);
      }
    },
    close: () => client.disconnect(),
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

/** Rejects when there is no answer in time; what comes later counts all the same. */
function soon(answer: Promise<number>): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`No answer within ${answerMs} ms`));
    const timer = setTimeout(late, answerMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
