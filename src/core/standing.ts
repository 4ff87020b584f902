// How a simulation stands, as far as it tells whether anything is news: that is asked of every notice, the rest of few.
import type { Simulation } from "./simulation.ts";

export interface Standing extends Pick<Simulation, "id" | "version" | "lastSeq" | "status" | "staleReason"> {
  /** All of it, which may have to be read first; always the same object. */
  readonly simulation: Simulation;
}

export function standingOf(simulation: Simulation): Standing {
  const { id, version, lastSeq, status, staleReason } = simulation;
  return { id, version, lastSeq, status, staleReason, simulation };
}
