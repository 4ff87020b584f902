// A simulation in its owner's hands: the newest snapshot, the token, and the ways to change and to wait.
import { isAsNew } from "../../core/notices.ts";
import type { Notice } from "../../core/ports/bus.ts";
import type { EngineRunKey } from "../../core/ports/engines.ts";
import type { Change, Decide } from "../../core/ports/store.ts";
import { isTerminal, type Simulation } from "../../core/simulation.ts";
import type { Ledger } from "../ledger.ts";

/** The row has another owner or token: whoever learns this lets go, and writes nothing more. */
export class Fenced extends Error {
  constructor() {
    super("Another owner has taken over.");
    this.name = "Fenced";
  }
}

export class HeldSimulation {
  readonly token: number;
  readonly #ledger: Ledger;
  readonly #owner: string;
  readonly #statusChanged: (simulation: Simulation) => void;
  #simulation: Simulation;
  readonly #waiting = new Set<() => void>();

  /** `statusChanged`: told once of each status that is learnt. */
  constructor(
    ledger: Ledger,
    owner: string,
    simulation: Simulation,
    token: number,
    statusChanged: (simulation: Simulation) => void = () => {},
  ) {
    this.#ledger = ledger;
    this.#owner = owner;
    this.#statusChanged = statusChanged;
    this.#simulation = simulation;
    this.token = token;
  }

  get simulation(): Simulation {
    return this.#simulation;
  }

  get id(): string {
    return this.#simulation.id;
  }

  get ended(): boolean {
    return isTerminal(this.#simulation.status);
  }

  runKey(attempt = this.#simulation.attempt): EngineRunKey {
    return { simulationId: this.id, attempt, token: this.token };
  }

  /** Throws Fenced; ServiceError UNAVAILABLE where the outcome is unknown. `null`: refused. */
  async change<R = never>(decide: Decide<R>): Promise<Simulation | { readonly refused: R }> {
    const guard = { by: "owner", owner: this.#owner, token: this.token } as const;
    const result = await this.#ledger.change<R>(this.id, guard, decide);
    switch (result.kind) {
      case "changed":
      case "unchanged":
        this.learn(result.simulation);
        return result.simulation;
      case "refused":
        this.learn(result.simulation);
        return { refused: result.reason };
      case "fenced":
      case "not-found":
        throw new Fenced();
    }
  }

  /** A change that is never refused; "unchanged" for null. */
  async write(decide: (simulation: Simulation) => Change | null): Promise<Simulation> {
    const result = await this.change<never>((simulation) => decide(simulation) ?? "unchanged");
    if ("refused" in result) throw new Error("A change without a refusal was refused.");
    return result;
  }

  /** The newest of what is known wins: notices come late and twice. */
  learn(simulation: Notice["simulation"]): void {
    if (!isAsNew(simulation, this.#simulation)) return;
    const { status } = this.#simulation;
    this.#simulation = simulation;
    if (simulation.status !== status) this.#statusChanged(simulation);
    this.wake();
  }

  /** Lets everybody who waits look again. */
  wake(): void {
    for (const resolve of this.#waiting) resolve();
  }

  /** Until something was learnt, `ms` have passed, or the signal. */
  async news(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
