import { status } from "@grpc/grpc-js";
import type { RunKey } from "../gen/architech/engine/v1/engine.ts";
import { refusal } from "./errors.ts";

/** What must not be forgotten of a simulation, even where the engine has no run of it. */
export interface Fence {
  /** The highest fencing token seen; a lower one is refused. */
  token: number;
  /** The highest attempt seen; a lower one cannot start. */
  attempt: number;
  /** The tombstone: neither this attempt nor a lower one can start any more. 0 = none. */
  stoppedAttempt: number;
  /** Monotonic wall ms until which it is kept, where no run needs it. */
  keptUntilMs: number;
}

/**
 * The fences of all simulations, bounded in count and age: those of simulations without a run go, oldest first.
 * An orchestrator whose delayed call comes later than that must have given the call an expiry.
 */
export class Fences {
  readonly #most: number;
  readonly #keepMs: number;
  readonly #isNeeded: (simulation: string) => boolean;
  /** In the order of last touch. */
  readonly #fences = new Map<string, Fence>();

  /** @param isNeeded whether the engine has a run of this simulation, named by simulationOf */
  constructor(most: number, keepMs: number, isNeeded: (simulation: string) => boolean) {
    this.#most = most;
    this.#keepMs = keepMs;
    this.#isNeeded = isNeeded;
  }

  get count(): number {
    return this.#fences.size;
  }

  /**
   * Lets the token pass, and from then on no lower one. A simulation never heard of has no fence yet, and gets
   * none: only Start and Stop make one.
   * @throws STALE_TOKEN
   */
  pass(key: RunKey, token: number): Fence | undefined {
    const simulation = simulationOf(key);
    const fence = this.#fences.get(simulation);
    if (fence === undefined) return undefined;
    if (token < fence.token) {
      const message = `fencing token ${token} is lower than ${fence.token}`;
      throw refusal(status.FAILED_PRECONDITION, "STALE_TOKEN", message);
    }
    fence.token = token;
    this.#touch(simulation, fence);
    return fence;
  }

  /** The highest token seen; 0 where the simulation is unknown. */
  tokenOf(key: RunKey): number {
    return this.#fences.get(simulationOf(key))?.token ?? 0;
  }

  /** An attempt of the simulation was seen; the fence is made where there was none. */
  raise(key: RunKey, token: number): Fence {
    const simulation = simulationOf(key);
    const fence = this.#fences.get(simulation) ?? { token, attempt: 0, stoppedAttempt: 0, keptUntilMs: 0 };
    fence.attempt = Math.max(fence.attempt, key.attempt);
    this.#touch(simulation, fence);
    this.sweep();
    return fence;
  }

  /** Leaves a tombstone: this attempt can never start again, as long as the fence is kept. */
  bury(key: RunKey, token: number): void {
    const fence = this.raise(key, token);
    fence.stoppedAttempt = Math.max(fence.stoppedAttempt, key.attempt);
  }

  /** Drops what is too old or too much, and not needed. */
  sweep(nowMs = performance.now()): void {
    let excess = this.#fences.size - this.#most;
    for (const [simulation, fence] of this.#fences) {
      if (excess <= 0 && fence.keptUntilMs > nowMs) return;
      if (this.#isNeeded(simulation)) continue;
      this.#fences.delete(simulation);
      excess -= 1;
    }
  }

  #touch(simulation: string, fence: Fence): void {
    fence.keptUntilMs = performance.now() + this.#keepMs;
    this.#fences.delete(simulation);
    this.#fences.set(simulation, fence);
  }
}

/** One name for (installation, simulation), whatever characters the two have. */
export function simulationOf({ installationId, simulationId }: RunKey): string {
  return JSON.stringify([installationId, simulationId]);
}
