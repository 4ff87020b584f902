// How the feed reads the store for everybody who watches. These reads see everything: whoever is given their
// result has been checked when they joined.
import { ServiceError } from "../core/errors.ts";
import type { EventType, SimulationEvent } from "../core/events.ts";
import type { EventQuery, SimulationStore } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import { serviceViewer } from "../core/viewer.ts";
import type { Gate } from "./gate.ts";

/** Events after a position. */
export interface LogPage {
  readonly events: readonly SimulationEvent[];
  /** Nothing else of what was asked for lies between the position and this seq. */
  readonly through: number;
  /** Only some types were asked for: a missing seq says nothing. */
  readonly filtered: boolean;
}

export class LogReads {
  readonly #store: SimulationStore;
  readonly #gate: Gate;
  readonly #pageEvents: number;

  constructor(store: SimulationStore, gate: Gate, pageEvents: number) {
    this.#store = store;
    this.#gate = gate;
    this.#pageEvents = pageEvents;
  }

  /** `committed` is a seq that is known to be in the log: a page that is not full reaches it at least. */
  async page(
    id: string,
    after: number,
    committed: number,
    types: readonly EventType[] | undefined,
  ): Promise<LogPage> {
    const limit = this.#pageEvents;
    const query: EventQuery = types === undefined ? { after, limit } : { after, limit, types };
    const events = await this.#gate.through(() => this.#store.events(serviceViewer, id, query));
    if (events === null) throw gone(id);
    const last = events.at(-1)?.seq ?? after;
    const through = events.length < limit ? Math.max(last, committed) : last;
    return { events, through, filtered: types !== undefined };
  }

  async simulation(id: string): Promise<Simulation> {
    const simulation = await this.#gate.through(() => this.#store.get(serviceViewer, id));
    if (simulation === null) throw gone(id);
    return simulation;
  }

  /** In the order of the ids; null where there is none. */
  async simulations(ids: readonly string[]): Promise<readonly (Simulation | null)[]> {
    return this.#gate.through(() => this.#store.getMany(serviceViewer, ids));
  }
}

export function gone(id: string): ServiceError {
  return new ServiceError("SIMULATION_NOT_FOUND", `There is no simulation ${id}.`, { simulationId: id });
}
