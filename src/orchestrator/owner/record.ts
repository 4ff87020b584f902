// Pure: what a batch of the engine's stream makes of a simulation.
import type { NewEvent } from "../../core/events.ts";
import type { EngineBatch, EngineEvent, EngineLevel } from "../../core/ports/engines.ts";
import type { Change, SimulationDocuments, SimulationPatch } from "../../core/ports/store.ts";
import { isTerminal, type Simulation } from "../../core/simulation.ts";
import { applied, confirm, confirmSpeed } from "../transitions.ts";

/** A hole before the batch: what is missing must be asked for again. */
export type RecordRefusal = "gap";

/**
 * Engine events already stored are dropped; the others must follow without a hole. A status is confirmed after
 * all events before it: a level that speaks of events still to come confirms nothing yet.
 */
export function record(
  before: Simulation,
  batch: EngineBatch,
): Change | { readonly refuse: RecordRefusal } | "unchanged" {
  if (isTerminal(before.status)) return "unchanged";
  const fresh = upToTheEnd(batch.events.filter((event) => seqOf(event) > before.run.engineSeq));
  if (!follows(fresh, before.run.engineSeq)) return { refuse: "gap" };

  const writing = new Writing(before);
  // The run is under way, or it would have said nothing: heard of or not, that comes first.
  if (batch.level?.state === "RUNNING" || (fresh.length > 0 && !isHeld(before, batch.level, fresh))) {
    writing.apply(confirm(writing.simulation, "running"));
  }
  for (const event of fresh) recordEvent(writing, event);
  if (fresh.length > 0) {
    const engineSeq = before.run.engineSeq + fresh.length;
    writing.patch({ staleReason: null, run: { engineSeq, engineDigest: batch.digest } });
  }
  if (batch.level !== null) recordLevel(writing, batch.level);
  return writing.result();
}

// Events at the very time at which the run holds, such as those of its beginning, do not say that it went on.
function isHeld(before: Simulation, level: EngineLevel | null, fresh: readonly EngineEvent[]): boolean {
  if (level?.state !== "PAUSED") return false;
  const heldAt = before.status === "STARTING" ? level.simulatedTime : before.simulatedTime;
  return fresh.every((event) => timeOf(event) <= heldAt);
}

function timeOf(event: EngineEvent): number {
  return event.kind === "event" ? event.event.simulatedTime : event.simulatedTime;
}

function seqOf(event: EngineEvent): number {
  return event.kind === "event" ? event.event.engineSeq : event.engineSeq;
}

/** Nothing follows the terminal event, whatever the engine says. */
function upToTheEnd(events: readonly EngineEvent[]): readonly EngineEvent[] {
  const end = events.findIndex(({ kind }) => kind !== "event");
  return end === -1 ? events : events.slice(0, end + 1);
}

function follows(events: readonly EngineEvent[], after: number): boolean {
  return events.every((event, index) => seqOf(event) === after + 1 + index);
}

function recordEvent(writing: Writing, event: EngineEvent): void {
  switch (event.kind) {
    case "event": {
      writing.append(event.event);
      const { simulatedTime, body } = event.event;
      writing.patch({
        simulatedTime: Math.max(writing.simulation.simulatedTime, simulatedTime),
        ...(body.type === "METRICS_SAMPLED"
          ? { progress: Math.max(writing.simulation.progress, body.progress) }
          : {}),
      });
      return;
    }
    case "completed":
      writing.patch({ progress: 1 });
      writing.document({ report: event.report });
      writing.apply(confirm(writing.simulation, "completed", { simulatedTime: event.simulatedTime }));
      return;
    case "failed":
      writing.apply(
        confirm(writing.simulation, "failed", {
          failure: event.failure,
          reason: event.failure.message,
          simulatedTime: event.simulatedTime,
        }),
      );
      return;
  }
}

function recordLevel(writing: Writing, level: EngineLevel): void {
  const { simulation } = writing;
  if (isTerminal(simulation.status)) return;
  const caughtUp = level.atSeq <= simulation.run.engineSeq;
  if (caughtUp && level.state === "PAUSED") {
    writing.apply(confirm(simulation, "paused", { simulatedTime: level.simulatedTime }));
  }
  if (level.state === "RUNNING" || level.state === "PAUSED") {
    if (writing.simulation.staleReason !== null) writing.patch({ staleReason: null });
    writing.apply(confirmSpeed(writing.simulation, level.speed));
  }
  const { simulatedTime, progress } = writing.simulation;
  if (caughtUp && (level.simulatedTime > simulatedTime || level.progress > progress)) {
    writing.patch({
      simulatedTime: Math.max(simulatedTime, level.simulatedTime),
      progress: Math.max(progress, level.progress),
    });
  }
}

/** One change made of many: each is decided on what those before it left. */
class Writing {
  simulation: Simulation;
  readonly #before: Simulation;
  #patch: SimulationPatch = {};
  readonly #events: NewEvent[] = [];
  #documents: Partial<SimulationDocuments> = {};

  constructor(before: Simulation) {
    this.#before = before;
    this.simulation = before;
  }

  apply(change: Change | null): void {
    if (change === null) return;
    this.patch(change.patch);
    this.#events.push(...change.events);
  }

  patch(patch: SimulationPatch): void {
    const run = { ...this.#patch.run, ...patch.run };
    this.#patch = { ...this.#patch, ...patch, run };
    this.simulation = applied(this.simulation, patch);
  }

  append(event: NewEvent): void {
    this.#events.push(event);
  }

  document(documents: Partial<SimulationDocuments>): void {
    this.#documents = { ...this.#documents, ...documents };
  }

  result(): Change | "unchanged" {
    if (this.#events.length === 0 && same(this.#before, this.simulation)) return "unchanged";
    return { patch: this.#patch, events: this.#events, documents: this.#documents };
  }
}

// Of what a batch without events can change.
function same(one: Simulation, other: Simulation): boolean {
  return (
    one.status === other.status &&
    one.speed === other.speed &&
    one.simulatedTime === other.simulatedTime &&
    one.progress === other.progress &&
    one.staleReason === other.staleReason
  );
}
