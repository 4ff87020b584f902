import type { ExecutionResult } from "graphql";
import type { ShapeError } from "./errors.ts";

/** Results that can be ended from outside, at any time, whatever the source is doing. */
export interface Endable extends AsyncGenerator<ExecutionResult, void> {
  /** Settles a pending `next` and returns the source. Idempotent. */
  end(): void;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Ends with its source. A source that throws becomes a last result with the error, shaped: the same on every
 * transport. `next` is called by one reader, once at a time.
 */
export function endable(source: AsyncIterable<ExecutionResult>, shape: ShapeError): Endable {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  let settle: ((result: IteratorResult<ExecutionResult, void>) => void) | undefined;

  function end(): void {
    if (ended) return;
    ended = true;
    settle?.(done);
    // A source that fails while it is let go has nobody left to tell.
    Promise.resolve(iterator.return?.()).catch(() => {});
  }

  function failed(error: unknown): IteratorResult<ExecutionResult, void> {
    if (ended) return done;
    ended = true;
    return { done: false, value: { errors: [shape(error)] } };
  }

  return {
    next() {
      if (ended) return Promise.resolve(done);
      return new Promise((resolve) => {
        settle = resolve;
        iterator.next().then(
          (result) => resolve(result.done ? done : result),
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
