// Tells the engine how far its events are stored, which is also the owner's sign of life.
import type { Engine, EngineRunKey } from "../../core/ports/engines.ts";

/** Signs of life within one orphan timeout: the engine may miss some and must not take the run for an orphan. */
const signsOfLife = 6;

/** One call at a time; what is stored meanwhile goes with the next. A call that fails is made up for by the next. */
export class Acknowledger {
  readonly #engine: Engine;
  readonly #run: EngineRunKey;
  readonly #timer: NodeJS.Timeout;
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

  stored(engineSeq: number): void {
    this.#stored = engineSeq;
    if (engineSeq > this.#acknowledged) void this.#call();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  async #call(): Promise<void> {
    if (this.#calling || this.#closed) return;
    this.#calling = true;
    const upTo = this.#stored;
    try {
      await this.#engine.acknowledge(this.#run, upTo);
      this.#acknowledged = Math.max(this.#acknowledged, upTo);
    } catch {
      // The stream tells what is wrong with the run or the engine; the timer tries again.
      this.#calling = false;
      return;
    }
    this.#calling = false;
    if (this.#stored > upTo) void this.#call();
  }
}
