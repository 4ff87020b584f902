// The one shape of every background activity: a step that never runs twice at once, a pause that a nudge ends.

export interface Loop {
  /** Runs the next step at once; if a step is under way, another follows it. */
  nudge(): void;
  /** Lets the step under way end, and begins no other. The same promise to every caller. */
  stop(): Promise<void>;
}

/**
 * `step` answers how long to rest before the next, in ms. What it throws goes to `failed`, which answers the
 * same; neither may leave the loop dead.
 */
export function startLoop(step: () => Promise<number>, failed: (error: unknown) => number): Loop {
  let stopped = false;
  let nudged = false;
  let wake: (() => void) | undefined;

  async function run(): Promise<void> {
    while (!stopped) {
      nudged = false;
      const restMs = await step().catch(failed);
      if (!stopped && !nudged) await rest(restMs);
    }
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      wake = done;
      function done(): void {
        clearTimeout(timer);
        wake = undefined;
        resolve();
      }
    });
  }

  // Not within this call: the first step may want to name what the caller makes of the loop.
  const ended = Promise.resolve().then(run);
  return {
    nudge() {
      nudged = true;
      wake?.();
    },
    stop() {
      stopped = true;
      wake?.();
      return ended;
    },
  };
}

/** Resolves when the promise settles, or after that time. */
export async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise.then(ignore, ignore), timeUp]);
  clearTimeout(timer);
}

function ignore(): void {}

/** Doubles from `firstMs` to `maxMs`, each drawn between half and whole, so that many do not retry in step. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  nextMs(): number {
    const whole = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return whole / 2 + (Math.random() * whole) / 2;
  }

  reset(): void {
    this.#failures = 0;
  }
}
