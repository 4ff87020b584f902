/** A stream that can be ended from outside, at any time, whatever its source is doing. */
export interface Endable<T> extends AsyncGenerator<T, void> {
  /** Settles a pending `next` and returns the source. Idempotent. */
  end(): void;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

interface EndableOptions<T> {
  /** The last value of a source that throws. */
  readonly failure: (error: unknown) => T;
}

/** Ends with its source. `next` is called by one reader, once at a time. */
export function endable<T>(source: AsyncIterator<T>, options: EndableOptions<T>): Endable<T> {
  let ended = false;
  let settle: ((result: IteratorResult<T, void>) => void) | undefined;

  function end(): void {
    if (!over()) return;
    settle?.(done);
    // A source that fails while it is let go has nobody left to tell.
    Promise.resolve(source.return?.()).catch(() => {});
  }

  /** True the first time. */
  function over(): boolean {
    if (ended) return false;
    ended = true;
    return true;
  }

  function came(result: IteratorResult<T>): IteratorResult<T, void> {
    if (result.done !== true) return result;
    over();
    return done;
  }

  function failed(error: unknown): IteratorResult<T, void> {
    return over() ? { done: false, value: options.failure(error) } : done;
  }

  return {
    next() {
      if (ended) return Promise.resolve(done);
      return new Promise((resolve) => {
        settle = resolve;
        source.next().then(
          (result) => resolve(came(result)),
          (error: unknown) => resolve(failed(error)),
        );
      });
    },
    async return() {
      end();
      return done;
    },
    async throw(error: unknown) {
      end();
      throw error;
    },
    end,
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}
