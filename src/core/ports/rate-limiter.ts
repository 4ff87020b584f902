// What clients may spend in a minute. A port: `src/memory` keeps budgets for one replica, `src/redis` for all.

/** A user's operations, in points; the failures of an address to say who it is. */
export type BudgetName = "user" | "address";
export type Budgets = Readonly<Record<BudgetName, number>>;

/** A budget is whole again so long after it was first drawn on, s. */
export const budgetSeconds = 60;

export interface RateLimiter {
  /**
   * Draws whole points on the budget of a key: 0 when there were enough, else in how many ms there are again. Never
   * rejects, and decides within some tenths of a second, whatever state its store is in.
   */
  spend(budget: BudgetName, key: string, points: number): Promise<number>;
}
