// What a change makes of a simulation. Pure; the assertions guard the invariants against defects of callers,
// so that a wrong change fails alone, before it reaches a statement that it shares with others.
import type { EventType, NewEvent } from "../core/events.ts";
import type { Change, SimulationDocuments, SimulationPatch } from "../core/ports/store.ts";
import { isTerminal, type Simulation } from "../core/simulation.ts";
import { databaseJson } from "./json.ts";
import { type Sample, sampleOf } from "./roll-up.ts";
import type { Stored } from "./stored.ts";

/** An event with its place, before the database has told the time. What is made of its body is made once. */
export interface PlacedEvent extends NewEvent {
  readonly simulationId: string;
  readonly seq: number;
  /** The body as the log has it. */
  readonly json: string;
  /** Of METRICS_SAMPLED only. */
  readonly sample: Sample | null;
}

export interface Applied {
  /** As the row stands when the change is written. */
  readonly before: Stored;
  readonly stored: Stored;
  readonly events: readonly PlacedEvent[];
  readonly documents: Partial<SimulationDocuments> | null;
}

/** Throws where the change would break what is promised: that is a defect, not a refusal. */
export function apply(before: Stored, change: Change): Applied {
  assertTerminalStays(before.simulation, change);
  assertFinite(before.simulation.id, change.patch);
  return advanced(before, change);
}

/** What a new simulation is made of: the status may be any, and nothing of it has been looked at before. */
export function advance(before: Stored, change: Change): Applied {
  const { id, run, ...rest } = before.simulation;
  assertFinite(id, { ...rest, run });
  assertFinite(id, change.patch);
  return advanced(before, change);
}

function advanced(before: Stored, change: Change): Applied {
  const { simulation } = before;
  const events = place(simulation, change.events);
  const after: Simulation = {
    ...simulation,
    ...change.patch,
    run: { ...simulation.run, ...change.patch.run },
    lastSeq: simulation.lastSeq + events.length,
    version: simulation.version + 1,
  };
  return {
    before,
    stored: {
      simulation: after,
      lastStatusSeq: newest(events, "STATUS_CHANGED") ?? before.lastStatusSeq,
      lastMetricsSeq: newest(events, "METRICS_SAMPLED") ?? before.lastMetricsSeq,
      restartSeq: newestRestart(events) ?? before.restartSeq,
    },
    events,
    documents: namesAny(change.documents) ? change.documents : null,
  };
}

function place(simulation: Simulation, events: readonly NewEvent[]): PlacedEvent[] {
  return events.map((event, index) => {
    if (!Number.isFinite(event.simulatedTime))
      throw new Error(`An event of ${simulation.id} has no simulated time.`);
    return placed(simulation.id, simulation.lastSeq + 1 + index, event);
  });
}

function placed(
  simulationId: string,
  seq: number,
  { simulatedTime, engineSeq, body }: NewEvent,
): PlacedEvent {
  const sample = body.type === "METRICS_SAMPLED" ? sampleOf(seq, simulatedTime, body) : null;
  return { simulationId, seq, simulatedTime, engineSeq, body, json: databaseJson(body), sample };
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
function assertFinite(id: string, { run = {}, ...patch }: SimulationPatch): void {
  for (const values of [patch, run]) {
    for (const [name, value] of Object.entries(values)) {
      if (typeof value === "number" && !Number.isFinite(value)) {
        throw new Error(`Simulation ${id} would get ${name} = ${value}.`);
      }
    }
  }
}

function newest(events: readonly PlacedEvent[], type: EventType): number | undefined {
  return events.findLast((event) => event.body.type === type)?.seq;
}

function newestRestart(events: readonly PlacedEvent[]): number | undefined {
  return events.findLast(({ body }) => body.type === "ATTEMPT_STARTED" && !body.replay)?.seq;
}

function namesAny(documents: Change["documents"]): documents is Partial<SimulationDocuments> {
  return documents !== undefined && Object.keys(documents).length > 0;
}
