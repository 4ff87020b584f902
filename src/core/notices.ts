// Which notices a live list needs, and which of two snapshots is the newer: the same for every bus.
import type { EventType } from "./events.ts";
import type { Notice } from "./ports/bus.ts";
import { isTerminal, type Simulation } from "./simulation.ts";

/** True when `candidate` may replace `known`: notices come late and twice. */
export function isAsNew(candidate: Simulation, known: Simulation): boolean {
  return candidate.version >= known.version;
}

/** Wall ms between two notices of one simulation that tell of nothing but progress. */
const progressEveryMs = 1_000;

/** Simulations whose last word is remembered; what falls out is let through once more. */
const rememberedSimulations = 10_000;

const standingEvents: ReadonlySet<EventType> = new Set([
  "STATUS_CHANGED",
  "SPEED_CHANGED",
  "ATTEMPT_STARTED",
]);

export interface NoticeSieve {
  /** Asked once for each notice, in the order of publishing; `now` in ms, of any clock that only goes forward. */
  letsThrough(notice: Notice, now: number): boolean;
}

/**
 * Lets through what changes how a simulation stands in a list (status, desire, speed, attempt, design, why it
 * waits or is stale), and of bare progress one notice a second. One sieve belongs to one publisher.
 */
export function createNoticeSieve(remembered = rememberedSimulations): NoticeSieve {
  const last = new Map<string, { readonly standing: string; readonly at: number }>();

  return {
    letsThrough(notice, now) {
      const { simulation, events } = notice;
      const before = last.get(simulation.id);
      const standing = standingOf(simulation);
      const passes =
        before === undefined ||
        before.standing !== standing ||
        now - before.at >= progressEveryMs ||
        events.some((event) => standingEvents.has(event.body.type));
      if (!passes) return false;
      last.delete(simulation.id);
      if (!isTerminal(simulation.status)) last.set(simulation.id, { standing, at: now });
      if (last.size > remembered) forgetOldest(last);
      return true;
    },
  };
}

function standingOf(simulation: Simulation): string {
  const { status, desiredStatus, speed, desiredSpeed, attempt, designRevision, staleReason, waiting } =
    simulation;
  return JSON.stringify([
    status,
    desiredStatus,
    speed,
    desiredSpeed,
    attempt,
    designRevision,
    staleReason,
    waiting,
  ]);
}

function forgetOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
