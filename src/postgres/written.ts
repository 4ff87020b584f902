// What this process has written last of each simulation that it drives: the state, and the roll-ups under way. Only
// remembered: everything is in the database, which is asked where this does not know.
import { isTerminal } from "../core/simulation.ts";
import type { Applied } from "./apply.ts";
import { OpenRollUps, type RolledUp } from "./open-roll-ups.ts";
import type { Stored } from "./stored.ts";

/** Simulations; beyond it, the one that has been silent for longest is forgotten. Some 2 kB each. */
const simulationsMost = 10_000;

export class Written {
  readonly #stored = new Map<string, Stored>();
  readonly #rollUps = new OpenRollUps();

  /** As it stood when this process wrote it. Somebody else may have written since: its version tells. */
  last(simulationId: string): Stored | null {
    return this.#stored.get(simulationId) ?? null;
  }

  /** Remembers nothing yet: the changes may fail, or be decided again. */
  rollUp(changes: readonly Applied[]): readonly RolledUp[] {
    return changes.map((change) => this.#rollUps.add(change));
  }

  /** The owner's changes are committed. */
  remember(changes: readonly Applied[], rolledUp: readonly RolledUp[]): void {
    for (const rolled of rolledUp) this.#rollUps.remember(rolled);
    for (const { stored } of changes) this.#keep(stored);
  }

  /** Others have written, or nobody knows what is written. */
  forget(changes: readonly Applied[]): void {
    for (const { stored } of changes) this.#stored.delete(stored.simulation.id);
  }

  #keep(stored: Stored): void {
    const { id, status, run } = stored.simulation;
    this.#stored.delete(id);
    if (isTerminal(status) || run.owner === null) return;
    this.#stored.set(id, stored);
    if (this.#stored.size <= simulationsMost) return;
    for (const longestSilent of this.#stored.keys()) {
      this.#stored.delete(longestSilent);
      return;
    }
  }
}
