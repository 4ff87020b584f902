// Where a reader begins: what it asks for, checked, and what the store says it may have.
import { ServiceError } from "../core/errors.ts";
import { type EventType, eventTypes, type SimulationEvent } from "../core/events.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import type { Viewer } from "../core/viewer.ts";
import type { FollowOptions } from "./feed.ts";
import { gone } from "./log-reads.ts";

export interface Start {
  readonly simulation: Simulation;
  readonly first: readonly SimulationEvent[];
  readonly position: number;
}

/** Throws BAD_INPUT for what no log could satisfy. */
export function checkOptions({ after, types, maxRate }: FollowOptions): void {
  if (after !== undefined && !(Number.isSafeInteger(after) && after >= 0)) {
    throw badInput("after", "`after` is the seq of an event, or 0 for the whole log.");
  }
  if (maxRate !== undefined && !(Number.isFinite(maxRate) && maxRate > 0)) {
    throw badInput("maxRate", "`maxRate` is a number of metrics events per second, greater than 0.");
  }
  if (types !== undefined && !isListOfTypes(types)) {
    throw badInput("types", `\`types\` names one or more of ${eventTypes.join(", ")}.`);
  }
}

/**
 * From one consistent snapshot, as the viewer may see it. Throws SIMULATION_NOT_FOUND, and CURSOR_OUT_OF_RANGE
 * for a seq that the log has not reached.
 */
export async function findStart(
  store: SimulationStore,
  viewer: Viewer,
  id: string,
  after: number | undefined,
): Promise<Start> {
  if (after === undefined) {
    const snapshot = await store.snapshot(viewer, id);
    if (snapshot === null) throw gone(id);
    const { simulation, status, metrics } = snapshot;
    const first = [status, metrics].filter((event) => event !== null).sort((a, b) => a.seq - b.seq);
    return { simulation, first, position: simulation.lastSeq };
  }
  const simulation = await store.get(viewer, id);
  if (simulation === null) throw gone(id);
  const { lastSeq } = simulation;
  if (after > lastSeq) {
    const message = `The log of this simulation ends at ${lastSeq}; there is nothing after ${after} yet.`;
    throw new ServiceError("CURSOR_OUT_OF_RANGE", message, { after, lastSeq });
  }
  return { simulation, first: [], position: after };
}

function isListOfTypes(types: readonly EventType[]): boolean {
  return types.length > 0 && types.every((type) => eventTypes.includes(type));
}

function badInput(path: string, message: string): ServiceError {
  return new ServiceError("BAD_INPUT", message, { path });
}
