// One subscription to the live list: what its consumer has been told of, and what has changed since.
import { matchesFilter } from "../core/filter.ts";
import type { SimulationFilter } from "../core/ports/store.ts";
import { isTerminal, type Simulation } from "../core/simulation.ts";
import { maySee, type Viewer } from "../core/viewer.ts";
import type { ListUpdate } from "./feed.ts";
import { listedMax } from "./limits.ts";
import type { Nothing, Source } from "./source.ts";

export interface ListReaderOptions {
  readonly viewer: Viewer;
  readonly filter: SimulationFilter;
  release(): void;
}

/**
 * Bounded by simulations, never by changes: of each, the newest snapshot waits. A list that grows past
 * `listedMax` asks to begin anew.
 */
export class ListReader implements Source<ListUpdate> {
  readonly viewer: Viewer;
  readonly filter: SimulationFilter;
  readonly #release: () => void;
  /** What the consumer has, as it was told. */
  readonly #told = new Map<string, Simulation>();
  /** What it has still to be told, in this order. */
  #changed = new Map<string, Simulation>();
  #resetDue = false;
  #outdated = false;
  #closed = false;
  #released = false;
  #wake: () => void = () => {};

  constructor({ viewer, filter, release }: ListReaderOptions) {
    this.viewer = viewer;
    this.filter = filter;
    this.#release = release;
  }

  /** Something may have been lost: the list is to be read again. */
  get isOutdated(): boolean {
    return this.#outdated;
  }

  /** What can still change, of what the consumer knows or will know. */
  *unfinished(): Iterable<string> {
    for (const [id, simulation] of this.#told) if (!isTerminal(simulation.status)) yield id;
  }

  onWake(wake: () => void): void {
    this.#wake = wake;
  }

  outdate(): void {
    this.#outdated = true;
  }

  /** The list is being read: what is lost from here on asks for another. */
  beginReading(): void {
    this.#outdated = false;
  }

  /** RESET, the list that has been read, and what was heard in the meantime. */
  begin(list: readonly Simulation[]): void {
    const heard = this.#changed;
    this.#changed = new Map();
    for (const simulation of list) {
      const newer = heard.get(simulation.id);
      heard.delete(simulation.id);
      const isNewer = newer !== undefined && newer.version > simulation.version;
      this.#changed.set(simulation.id, isNewer ? newer : simulation);
    }
    for (const [id, simulation] of heard) this.#changed.set(id, simulation);
    this.#told.clear();
    this.#resetDue = true;
    this.#wake();
  }

  /** A simulation as a notice or a look at its row tells of it; what is known, or another's, changes nothing. */
  hear(simulation: Simulation): void {
    const { id } = simulation;
    const known = this.#changed.get(id) ?? this.#told.get(id);
    if (known === undefined ? !this.#belongs(simulation) : known.version >= simulation.version) return;
    this.#changed.set(id, simulation);
    this.#wake();
  }

  take(): ListUpdate | Nothing {
    if (this.#closed) return "wait";
    if (this.#resetDue) {
      this.#resetDue = false;
      return { kind: "RESET" };
    }
    for (const [id, simulation] of this.#changed) {
      this.#changed.delete(id);
      const update = this.#tell(simulation);
      if (update !== null) return update;
    }
    return "wait";
  }

  /** Never asked: the list is brought by whoever finds it outdated. */
  load(): void {}

  /** The consumer is left waiting, as it is when its socket is about to be closed. */
  close(): void {
    this.#closed = true;
    this.#told.clear();
    this.#changed.clear();
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.close();
    this.#release();
  }

  #tell(simulation: Simulation): ListUpdate | null {
    const wasTold = this.#told.has(simulation.id);
    if (!this.#belongs(simulation)) {
      this.#told.delete(simulation.id);
      return wasTold ? { kind: "LEFT", simulation } : null;
    }
    this.#told.set(simulation.id, simulation);
    if (this.#told.size > listedMax) this.outdate();
    return { kind: wasTold ? "UPDATED" : "ENTERED", simulation };
  }

  #belongs(simulation: Simulation): boolean {
    return maySee(this.viewer, simulation) && matchesFilter(this.filter, simulation);
  }
}
