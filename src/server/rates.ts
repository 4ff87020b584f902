// Who has spent their budget. The limiter is asked once for each operation; that a budget is spent is remembered
// here, so that whoever goes on asking is refused before anything is read, and costs no other store anything.
import { GraphQLError } from "graphql";
import { type BudgetName, budgetSeconds, type RateLimiter } from "../core/ports/rate-limiter.ts";
import type { Bounds } from "./limits.ts";

/** Budgets known to be spent that are remembered; the oldest is forgotten first. */
const remembered = 10_000;

const limitOf = { user: "pointsPerUser", address: "failuresPerAddress" } as const;

export class Rates {
  readonly #limiter: RateLimiter;
  readonly #bounds: Bounds;
  /** When the budget of a key is whole again, ms. */
  readonly #spentUntil = new Map<string, number>();

  constructor(limiter: RateLimiter, bounds: Bounds) {
    this.#limiter = limiter;
    this.#bounds = bounds;
  }

  /** In how many ms there is something to spend again, by what is known here; 0: now. Counts as a hit when not. */
  wait(budget: BudgetName, key: string): number {
    const name = `${budget}:${key}`;
    const until = this.#spentUntil.get(name);
    if (until === undefined) return 0;
    const wait = until - performance.now();
    if (wait > 0) {
      this.#bounds.hit(limitOf[budget]);
      return wait;
    }
    this.#spentUntil.delete(name);
    return 0;
  }

  /** The same, having spent points. What costs more than a whole budget is taken for a whole one. */
  async spend(budget: BudgetName, key: string, points: number): Promise<number> {
    const most = this.#bounds.limits[limitOf[budget]];
    const wait = await this.#limiter.spend(budget, key, Math.min(points, most));
    if (wait === 0) return 0;
    this.#bounds.hit(limitOf[budget]);
    this.#remember(budget, key, Math.min(wait, budgetSeconds * 1_000));
    return wait;
  }

  /** For what was refused anyway: whoever goes on is refused by `wait`. */
  note(budget: BudgetName, key: string, points: number): void {
    void this.spend(budget, key, points);
  }

  /** The refusal of an operation, on every transport. */
  refusal(budget: BudgetName, waitMs: number): GraphQLError {
    const limit = limitOf[budget];
    const retryAfter = secondsOf(waitMs);
    return new GraphQLError(`Too much within a minute: ask again in ${retryAfter} s.`, {
      extensions: {
        code: "RATE_LIMITED",
        limit,
        maximum: this.#bounds.limits[limit],
        retryAfter,
        http: { status: 429, headers: { "retry-after": String(retryAfter) } },
      },
    });
  }

  #remember(budget: BudgetName, key: string, wait: number): void {
    const name = `${budget}:${key}`;
    this.#spentUntil.delete(name);
    this.#spentUntil.set(name, performance.now() + wait);
    if (this.#spentUntil.size <= remembered) return;
    for (const oldest of this.#spentUntil.keys()) {
      this.#spentUntil.delete(oldest);
      return;
    }
  }
}

/** Whole seconds, as `Retry-After` says them. */
export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
