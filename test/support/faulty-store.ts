// A store and leases whose n-th call fails, before or after it takes effect, as when the database cannot be
// reached, or goes away before it has answered.
import { ServiceError } from "../../src/core/errors.ts";
import type { Leases } from "../../src/core/ports/leases.ts";
import type { SimulationStore } from "../../src/core/ports/store.ts";

/** before: the call does nothing. after: it is done, and nobody learns of it. */
export type Failing = "before" | "after";

export interface Failure {
  /** Of which method only; left out: of all of them. */
  readonly method?: string;
  readonly n: number;
  /** How many in a row; one when left out. */
  readonly times?: number;
  readonly failing: Failing;
}

export class FaultyCalls {
  #failure: Failure | null = null;
  #counted = 0;
  #calls = new Map<string, number>();
  #failed: string[] = [];

  /** From here on the calls count from 1. Null: none fails. */
  arm(failure: Failure | null): void {
    this.#failure = failure;
    this.#counted = 0;
    this.#calls = new Map();
    this.#failed = [];
  }

  /** Nothing fails any more. Answers the methods that have, and how often each was called. */
  disarm(): { readonly failed: readonly string[]; readonly calls: ReadonlyMap<string, number> } {
    this.#failure = null;
    return { failed: this.#failed, calls: this.#calls };
  }

  wrap(database: { readonly store: SimulationStore; readonly leases: Leases }): {
    readonly store: SimulationStore;
    readonly leases: Leases;
  } {
    return { store: this.#wrapped(database.store), leases: this.#wrapped(database.leases) };
  }

  // Every method there is, also those that are added later.
  #wrapped<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return (...args: unknown[]) => this.#call(String(name), () => Reflect.apply(method, target, args));
      },
    });
  }

  async #call(name: string, call: () => unknown): Promise<unknown> {
    this.#calls.set(name, (this.#calls.get(name) ?? 0) + 1);
    const failure = this.#failure;
    if (failure === null || (failure.method ?? name) !== name) return call();
    this.#counted += 1;
    const { n, times = 1, failing } = failure;
    if (this.#counted < n || this.#counted >= n + times) return call();
    this.#failed.push(name);
    if (failing === "after") await call();
    throw new ServiceError("UNAVAILABLE", `The ${name} was made to fail ${failing} it took effect.`);
  }
}
