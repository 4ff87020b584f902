// A source as an iterator, made by hand: an async generator that awaits could not be stopped.
import type { Nothing, Source } from "./source.ts";

interface Waiter<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

const done: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/** `return()` settles every pending `next()` at once. Several `next()` may be pending; they are served in turn. */
export class Stream<T extends object> implements AsyncIterableIterator<T> {
  readonly #source: Source<T>;
  readonly #waiters: Waiter<T>[] = [];
  #over = false;

  constructor(source: Source<T>) {
    this.#source = source;
    source.onWake(() => this.#serve());
  }

  /**
   * Hands the source over to who pulls it without an iterator, and releases it: this one gives nothing more.
   */
  takeOver(): Source<T> {
    if (this.#waiters.length > 0) throw new Error("Somebody waits for the next item of this stream already.");
    this.#over = true;
    return this.#source;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#over) return Promise.resolve(done);
    const result = new Promise<IteratorResult<T>>((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
    if (this.#waiters.length === 1) this.#serve();
    return result;
  }

  return(): Promise<IteratorResult<T>> {
    this.#end();
    return Promise.resolve(done);
  }

  throw(error: unknown): Promise<IteratorResult<T>> {
    this.#end();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  #serve(): void {
    while (this.#waiters.length > 0) {
      const taken = this.#take();
      if (taken === "wait") break;
      if (taken === "log") {
        this.#source.load();
        break;
      }
      if (taken === "end") this.#end();
      else this.#waiters.shift()?.resolve({ done: false, value: taken });
    }
  }

  #take(): T | Nothing {
    try {
      return this.#source.take();
    } catch (error) {
      this.#waiters.shift()?.reject(error);
      return "end";
    }
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#source.release();
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(done);
  }
}
