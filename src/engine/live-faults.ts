import { status } from "@grpc/grpc-js";
import type { Fault } from "../gen/architech/engine/v1/engine.ts";
import { EngineError, invalid, refusal } from "./errors.ts";

interface Waiting {
  readonly resolve: (appliedAtMs: number) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The faults of one run by their id, so that a fault sent twice acts once: the second call gets the answer of
 * the first, also while that is still on its way.
 */
export class LiveFaults {
  readonly #most: number;
  readonly #applied = new Map<string, Promise<number>>();
  readonly #waiting = new Map<number, Waiting & { readonly id: string }>();
  #calls = 0;

  /** @param known faults of the config and of an earlier attempt, which are not live any more */
  constructor(known: readonly Fault[], most: number) {
    for (const { id, atMs } of known) this.#applied.set(id, Promise.resolve(atMs));
    this.#most = known.length + most;
  }

  /** The answer given before, or on its way. */
  answerTo(id: string): Promise<number> | undefined {
    return this.#applied.get(id);
  }

  /**
   * Remembers the fault and hands it on.
   * @returns the simulated time at which it was applied
   */
  add(fault: Fault, send: (call: number) => void): Promise<number> {
    if (this.#applied.size >= this.#most) {
      throw new EngineError(status.RESOURCE_EXHAUSTED, "the run has as many faults as it may have");
    }
    const call = this.#calls++;
    const answer = new Promise<number>((resolve, reject) => {
      this.#waiting.set(call, { id: fault.id, resolve, reject });
    });
    this.#applied.set(fault.id, answer);
    send(call);
    return answer;
  }

  applied(call: number, atMs: number): void {
    this.#waiting.get(call)?.resolve(atMs);
    this.#waiting.delete(call);
  }

  /** The model refused it; the same id may be tried again. */
  refused(call: number, problem: string): void {
    this.#fail(call, invalid(`fault: ${problem}`));
  }

  /** The run is over: nothing that waits will be applied. */
  end(): void {
    for (const call of [...this.#waiting.keys()]) {
      this.#fail(
        call,
        refusal(status.FAILED_PRECONDITION, "RUN_ENDED", "the run ended before the fault acted"),
      );
    }
  }

  #fail(call: number, error: Error): void {
    const waiting = this.#waiting.get(call);
    if (waiting === undefined) return;
    this.#waiting.delete(call);
    this.#applied.delete(waiting.id);
    waiting.reject(error);
  }
}
