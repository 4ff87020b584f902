/** Items that wait; at so many the sender is held, and let go when all have been read. */
const waitingMax = 1_000;

/** Between a socket that pushes and a reader that takes its time. For one reader. */
export class Inbox<Item> implements AsyncIterable<Item> {
  /** Told when the sender shall hold, and when it shall go on. */
  onHeld: (held: boolean) => void = () => undefined;
  #held = false;
  #waiting: Item[] = [];
  #end: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  get held(): boolean {
    return this.#held;
  }

  put(item: Item): void {
    if (this.#end !== undefined) return;
    this.#waiting.push(item);
    if (this.#waiting.length >= waitingMax) this.#hold(true);
    this.#wake();
  }

  /** What waits is still read; then the reader's loop ends, or throws the error. Only the first end counts. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for (;;) {
      const items = this.#waiting;
      this.#waiting = [];
      yield* items;
      if (this.#waiting.length > 0) continue;
      if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      }
      if (this.#held) {
        this.#hold(false);
        // A sender may have put something at once.
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #hold(held: boolean): void {
    if (this.#held === held) return;
    this.#held = held;
    this.onHeld(held);
  }
}
