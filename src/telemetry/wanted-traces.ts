// In which trace something was last wanted of a simulation: what its owner then does for it belongs there, though
// nothing but the row, or a notice from another replica, leads from one to the other. Lost where neither was heard:
// the owner's spans then begin traces of their own, which name the simulation.
import type { SpanContext } from "@opentelemetry/api";
import type { Simulation } from "../core/simulation.ts";

/** Simulations that are remembered; the oldest goes first. */
const mostRemembered = 5_000;

interface Wanted {
  readonly context: SpanContext;
  /** What was wanted: a later notice that wants the same tells of no new mutation. */
  readonly desire: string;
  answered: boolean;
}

export class WantedTraces {
  readonly #wanted = new Map<string, Wanted>();

  /** A snapshot that came from within that trace. */
  learn(simulation: Simulation, context: SpanContext): void {
    const { id, status, desiredStatus, speed, desiredSpeed } = simulation;
    const desire = `${desiredStatus} ${desiredSpeed}`;
    const isOpen = status !== desiredStatus || speed !== desiredSpeed;
    if (!isOpen || this.#wanted.get(id)?.desire === desire) return;
    this.#wanted.delete(id);
    this.#wanted.set(id, { context, desire, answered: false });
    if (this.#wanted.size <= mostRemembered) return;
    const oldest = this.#wanted.keys().next();
    if (!oldest.done) this.#wanted.delete(oldest.value);
  }

  of(simulationId: string): SpanContext | undefined {
    return this.#wanted.get(simulationId)?.context;
  }

  /** True for the first thing heard of an engine after the wish: its answer. */
  answer(simulationId: string): boolean {
    const wanted = this.#wanted.get(simulationId);
    if (wanted === undefined || wanted.answered) return false;
    wanted.answered = true;
    return true;
  }

  /** The simulation has ended. */
  forget(simulationId: string): void {
    this.#wanted.delete(simulationId);
  }
}
