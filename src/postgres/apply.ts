// What a change makes of a simulation. Pure; the assertions guard the invariants against defects of callers,
// so that a wrong change fails alone, before it reaches a statement that it shares with others.
import type { EventType, NewEvent } from "../core/events.ts";
import type { Change, SimulationDocuments } from "../core/ports/store.ts";
import { isTerminal, type Simulation } from "../core/simulation.ts";
import type { Stored } from "./stored.ts";

/** An event with its place, before the database has told the time. */
export interface PlacedEvent extends NewEvent {
  readonly simulationId: string;
  readonly seq: number;
}

export interface Applied {
  readonly stored: Stored;
  readonly events: readonly PlacedEvent[];
  readonly documents: Partial<SimulationDocuments> | null;
}

/** Throws where the change would break what is promised: that is a defect, not a refusal. */
export function apply(before: Stored, change: Change): Applied {
  assertTerminalStays(before.simulation, change);
  return advance(before, change);
}

/** The same without looking at the status: what a new simulation is made of. */
export function advance(before: Stored, change: Change): Applied {
  const { simulation } = before;
  const events = place(simulation, change.events);
  const after: Simulation = {
    ...simulation,
    ...change.patch,
    run: { ...simulation.run, ...change.patch.run },
    lastSeq: simulation.lastSeq + events.length,
    version: simulation.version + 1,
  };
  assertFinite(after);
  return {
    stored: {
      simulation: after,
      lastStatusSeq: newest(events, "STATUS_CHANGED") ?? before.lastStatusSeq,
      lastMetricsSeq: newest(events, "METRICS_SAMPLED") ?? before.lastMetricsSeq,
      restartSeq: newestRestart(events) ?? before.restartSeq,
    },
    events,
    documents: change.documents ?? null,
  };
}

function place(simulation: Simulation, events: readonly NewEvent[]): PlacedEvent[] {
  return events.map((event, index) => {
    if (!Number.isFinite(event.simulatedTime))
      throw new Error(`An event of ${simulation.id} has no simulated time.`);
    return { ...event, simulationId: simulation.id, seq: simulation.lastSeq + 1 + index };
  });
}

/** A terminal status never changes, and nothing follows the terminal event. */
function assertTerminalStays(simulation: Simulation, { patch, events }: Change): void {
  if (!isTerminal(simulation.status)) return;
  const moved = patch.status !== undefined && patch.status !== simulation.status;
  if (moved || events.length > 0) {
    throw new Error(`Simulation ${simulation.id} is ${simulation.status} and must not change.`);
  }
}

/** JSON, in which rows travel to the database, turns NaN and Infinity into null. */
function assertFinite({ id, run, ...simulation }: Simulation): void {
  for (const [name, value] of [...Object.entries(simulation), ...Object.entries(run)]) {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new Error(`Simulation ${id} would get ${name} = ${value}.`);
    }
  }
}

function newest(events: readonly PlacedEvent[], type: EventType): number | undefined {
  return events.findLast((event) => event.body.type === type)?.seq;
}

function newestRestart(events: readonly PlacedEvent[]): number | undefined {
  return events.findLast(({ body }) => body.type === "ATTEMPT_STARTED" && !body.replay)?.seq;
}
