// Tells the engine how far its events are stored, which is also the owner's sign of life.
import type { Engine, EngineRunKey } from "../../core/ports/engines.ts";

/** Signs of life within one orphan timeout: the engine may miss some and must not take the run for an orphan. */
const signsOfLife = 6;

/**
 * A call costs both sides as much as an event does: after one, the next comes when so much time has passed or so many
 * events are stored. An engine holds thousands, and only waits where it is far ahead.
 */
const pauseMs = 200;
const mostWaiting = 64;

/** One call at a time; what is stored meanwhile goes with the next. A call that fails is made up for by the next. */
export class Acknowledger {
  readonly #engine: Engine;
  readonly #run: EngineRunKey;
  readonly #timer: NodeJS.Timeout;
  #later: NodeJS.Timeout | undefined;
  #calledAt = Number.NEGATIVE_INFINITY;
  #stored: number;
  #acknowledged: number;
  #calling = false;
  #closed = false;

  constructor(engine: Engine, run: EngineRunKey, stored: number, orphanTimeoutMs: number) {
    this.#engine = engine;
    this.#run = run;
    this.#stored = stored;
    this.#acknowledged = stored;
    this.#timer = setInterval(() => void this.#call(), orphanTimeoutMs / signsOfLife);
  }

  /** `isLast`: the run has ended with it, and nothing follows that it could go with. */
  stored(engineSeq: number, isLast = false): void {
    this.#stored = engineSeq;
    const waiting = engineSeq - this.#acknowledged;
    if (waiting <= 0) return;
    const restMs = pauseMs - (performance.now() - this.#calledAt);
    if (isLast || waiting >= mostWaiting || restMs <= 0) void this.#call();
    else this.#later ??= setTimeout(() => void this.#call(), restMs);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#later);
  }

  async #call(): Promise<void> {
    clearTimeout(this.#later);
    this.#later = undefined;
    if (this.#calling || this.#closed) return;
    this.#calling = true;
    this.#calledAt = performance.now();
    const upTo = this.#stored;
    try {
      await this.#engine.acknowledge(this.#run, upTo);
      this.#acknowledged = Math.max(this.#acknowledged, upTo);
    } catch {
      // The stream tells what is wrong with the run or the engine; the timer tries again.
      return;
    } finally {
      this.#calling = false;
    }
    if (!this.#closed) this.stored(this.#stored);
  }
}
