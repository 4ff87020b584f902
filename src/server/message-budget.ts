import { serverLimits } from "./limits.ts";

/** What a client may send: a bucket that refills at a steady rate and holds a burst. */
export class MessageBudget {
  #left: number = serverLimits.messageBurst;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** False: the client sends too much. `now` in ms of a clock that never goes back. */
  take(now: number): boolean {
    const refilled = this.#left + ((now - this.#at) / 1_000) * serverLimits.messagesPerSecond;
    this.#at = now;
    this.#left = Math.min(serverLimits.messageBurst, refilled);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
