/**
 * Wakes one waiter. A notify that comes while nobody waits is kept, so that look-then-wait loses nothing;
 * many of them count as one.
 */
export class Signal {
  #notified = false;
  #wake: (() => void) | undefined;

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  /** Resolves upon the next notify, or after timeoutMs of wall time. */
  wait(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        this.#notified = false;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#wake = done;
      if (this.#notified) done();
    });
  }
}
