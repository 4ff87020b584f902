// One subscription on the bus, asked for again until it is there.
import { messageOf } from "../core/errors.ts";
import type { Unsubscribe } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";
import type { Clock } from "./clock.ts";

export interface ListeningOptions {
  subscribe(): Promise<Unsubscribe>;
  /** The subscription began after `start` had given up waiting: what went by before is in the log. */
  late(): void;
  readonly clock: Clock;
  readonly log: Log;
}

export class Listening {
  readonly #options: ListeningOptions;
  #state: "off" | "asking" | "on" | "stopped" = "off";
  #asking: Promise<void> = Promise.resolve();
  #unsubscribe: Unsubscribe = () => {};

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  get on(): boolean {
    return this.#state === "on";
  }

  /** Resolves when notices arrive, or after `waitMs` without an answer; never rejects. */
  start(waitMs: number): Promise<void> {
    if (this.#state === "off") {
      this.#state = "asking";
      this.#asking = this.#ask(waitMs);
    }
    return this.#asking;
  }

  stop(): void {
    if (this.#state === "on") this.#unsubscribe();
    this.#state = "stopped";
  }

  #ask(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      let waiting = true;
      const cancel = this.#options.clock.after(waitMs, settle);
      function settle(): void {
        waiting = false;
        cancel();
        resolve();
      }
      this.#subscribe().then((on) => {
        if (on && !waiting) this.#options.late();
        settle();
      });
    });
  }

  /** Whether notices arrive now. */
  async #subscribe(): Promise<boolean> {
    const { subscribe, log } = this.#options;
    try {
      const unsubscribe = await subscribe();
      if (this.#state === "stopped") {
        unsubscribe();
        return false;
      }
      this.#unsubscribe = unsubscribe;
      this.#state = "on";
      return true;
    } catch (error) {
      log.warn({ error: messageOf(error) }, "The bus refused a subscription; the log is polled instead.");
      if (this.#state === "asking") this.#state = "off";
      return false;
    }
  }
}
