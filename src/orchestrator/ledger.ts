// The one way in which a simulation changes: commit, and only then tell.
import type { Bus, Notice } from "../core/ports/bus.ts";
import type {
  ChangeResult,
  CreateResult,
  Decide,
  Guard,
  NewSimulation,
  SimulationStore,
} from "../core/ports/store.ts";

/** A place at which a test makes the process die; does nothing unless asked for. */
export type Failpoint = (name: "after_commit_before_publish" | "before_attach") => void;

export class Ledger {
  readonly #store: SimulationStore;
  readonly #bus: Bus;
  readonly #failpoint: Failpoint;

  constructor(store: SimulationStore, bus: Bus, failpoint: Failpoint = () => {}) {
    this.#store = store;
    this.#bus = bus;
    this.#failpoint = failpoint;
  }

  async create(draft: NewSimulation): Promise<CreateResult> {
    const result = await this.#store.create(draft);
    if (result.kind === "created") this.tell(result);
    return result;
  }

  async change<R = never>(id: string, guard: Guard, decide: Decide<R>): Promise<ChangeResult<R>> {
    const result = await this.#store.change(id, guard, decide);
    if (result.kind === "changed") this.tell(result);
    return result;
  }

  /** Publishes what has been committed. */
  tell(committed: Notice): void {
    this.#failpoint("after_commit_before_publish");
    const { simulation, events, bodies } = committed;
    this.#bus.publish({ simulation, events, ...(bodies === undefined ? {} : { bodies }) });
  }
}
