import { Signal } from "./signal.ts";

/** Why a stream no longer belongs to its run. */
export type Detached = "CANCELLED" | "SUPERSEDED" | "FORGOTTEN" | "ENGINE_ENDS";

/** The tie between a run and the one stream that follows it. */
export class Attachment {
  /** The run has something new, or the tie is cut. */
  readonly news = new Signal();
  #detached: Detached | undefined;
  #onDetached: (() => void) | undefined;

  get detached(): Detached | undefined {
    return this.#detached;
  }

  detach(why: Detached): void {
    this.#detached ??= why;
    this.news.notify();
    this.#onDetached?.();
  }

  /** Resolves when the transport has taken what `write` gives it, or when the tie is cut meanwhile. */
  untilWritten(write: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#onDetached = undefined;
        resolve();
      };
      this.#onDetached = done;
      write(done);
    });
  }
}
