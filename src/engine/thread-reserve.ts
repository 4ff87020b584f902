import { RunThread } from "./run-thread.ts";

/** Wall ms after a thread was taken until the next is made, so as not to compete with the run that begins. */
const restMs = 250;

/**
 * Keeps one thread ready, since making one takes a tenth of a second or more, most of what a user waits for
 * between Start and the first event. Where many runs begin at once, the others are made as they are needed.
 */
export class ThreadReserve {
  readonly #memoryMb: number;
  #spare: RunThread | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param memoryMb heap of each thread */
  constructor(memoryMb: number) {
    this.#memoryMb = memoryMb;
    this.#refillSoon();
  }

  take(): RunThread {
    const spare = this.#spare;
    this.#spare = undefined;
    this.#refillSoon();
    return spare?.usable === true ? spare : new RunThread(this.#memoryMb);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#spare?.kill();
    this.#spare = undefined;
  }

  #refillSoon(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#spare ??= new RunThread(this.#memoryMb);
    }, restMs).unref();
  }
}
