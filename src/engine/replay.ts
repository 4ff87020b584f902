import type { Fault } from "../gen/architech/engine/v1/engine.ts";
import type { Simulation } from "./model/simulation.ts";
import type { Ending, RunPlan } from "./thread-messages.ts";

/**
 * The catching up of a run that takes the place of a lost one: silently to event n, there the check of the
 * digest, then on to resumeAtMs. The faults of the lost run act at the simulated times at which they did, also
 * where those lie beyond. A run from the beginning has caught up before it begins.
 */
export class Replay {
  readonly #plan: RunPlan;
  readonly #faults: Fault[];
  #caughtUp: boolean;

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#faults = [...plan.appliedFaults];
    this.#caughtUp = plan.resumeAfterSeq === 0 && plan.resumeAtMs === 0;
  }

  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** The next fault to act, not before its atMs and after everything else that is due by then. */
  get nextFault(): Fault | undefined {
    return this.#faults[0];
  }

  apply(simulation: Simulation): void {
    const fault = this.#faults.shift();
    if (fault !== undefined) simulation.inject(fault);
  }

  /** How far the run may go while it catches up. */
  untilMs(lastSeq: number): number {
    return lastSeq < this.#plan.resumeAfterSeq ? Number.POSITIVE_INFINITY : this.#plan.resumeAtMs;
  }

  /**
   * Simulation events that surely do not lead past the time of event n; each makes one numbered event at most,
   * but for those that it makes at one simulated time. 0 = past event n.
   */
  stepsLeft(lastSeq: number): number {
    return Math.max(0, this.#plan.resumeAfterSeq - lastSeq);
  }

  /** Everything due by simMs is done; says whether that ends the catching up. */
  arrived(lastSeq: number, simMs: number): boolean {
    if (this.#caughtUp || lastSeq < this.#plan.resumeAfterSeq || simMs < this.#plan.resumeAtMs) return false;
    this.#caughtUp = true;
    return true;
  }

  /** At event n: the ending, if this run is not the one that was lost. */
  check(digest: Uint8Array): Ending | undefined {
    if (Buffer.compare(digest, this.#plan.expectedDigest) === 0) return undefined;
    return notReproducible(`the digest at event ${this.#plan.resumeAfterSeq} is another`);
  }

  /** The run ended with event lastSeq; the ending, if the lost run had gone further. */
  tooShort(lastSeq: number): Ending | undefined {
    if (lastSeq >= this.#plan.resumeAfterSeq) return undefined;
    return notReproducible(`the run ends with event ${lastSeq}, before event ${this.#plan.resumeAfterSeq}`);
  }
}

function notReproducible(message: string): Ending {
  return { state: "FAILED", reason: `NOT_REPRODUCIBLE: ${message}` };
}
