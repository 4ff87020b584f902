import { refusedCost } from "./cost.ts";

/** What an operation costs, and what it holds until it has ended. The transport that made it leaves it. */
export class Seat {
  /** Points; known once it is parsed. */
  cost = refusedCost;
  /** Whether it is a subscription; known once it is parsed. */
  subscribes = false;
  readonly #held: (() => void)[] = [];
  #left = false;

  /** Given back when the operation has ended; at once where it has. */
  hold(giveBack: () => void): void {
    if (this.#left) giveBack();
    else this.#held.push(giveBack);
  }

  /** Idempotent. */
  leave(): void {
    this.#left = true;
    for (const giveBack of this.#held.splice(0)) giveBack();
  }
}
