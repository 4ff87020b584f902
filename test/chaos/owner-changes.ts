// How often simulations changed their owner when one was frozen, and what engines took of owners that were replaced.
import type { Written } from "./audit.ts";
import type { History } from "./history.ts";
import type { EndEvent, EndRow, EngineCall, Issued } from "./oracle/end-state.ts";
import type { Loss } from "./takeovers.ts";

export interface Freeze extends Loss {
  /** When the owner went on, wall ms. */
  readonly thawedAt: number;
}

/** What happens so long after an owner woke up is not its doing any more, ms. */
const wakesWithinMs = 10_000;

/**
 * For each simulation that a frozen owner drove: how often its owner changed from the freeze until that owner had come
 * to itself again, or something else was struck. More than once is once too often.
 */
export function takeoversByFreeze(
  freezes: readonly Freeze[],
  written: readonly Written[],
  history: History,
): number[] {
  const struck = history.flatMap((entry) =>
    entry.kind === "fault" && entry.phase === "begins" ? [entry.wall] : [],
  );
  const bySimulation = Map.groupBy(written, ({ simulation }) => simulation);
  return freezes.flatMap(({ wall, thawedAt, simulations }) => {
    const next = struck.find((at) => at > wall) ?? Number.POSITIVE_INFINITY;
    const until = Math.min(next, thawedAt + wakesWithinMs);
    return simulations.map((simulation) => {
      const writes = bySimulation.get(simulation) ?? [];
      const before = writes.findLast(({ at }) => at <= wall)?.token ?? 0;
      const during = writes.filter(({ at, token }) => at > wall && at <= until && token > before);
      return new Set(during.map(({ token }) => token)).size;
    });
  });
}

/** Calls that an engine accepted with a smaller token than it had accepted before. */
export function staleCalls(calls: readonly EngineCall[]): EngineCall[] {
  const highest = new Map<string, number>();
  return calls.filter(({ engine, simulation, token }) => {
    const name = `${engine} ${simulation}`;
    const before = highest.get(name) ?? 0;
    highest.set(name, Math.max(before, token));
    return token < before;
  });
}

/**
 * Of each call that an engine accepted of an owner that had been replaced in the database: for how long it had been,
 * ms. An engine knows of the next owner by its first call; until then it cannot refuse the one before.
 */
export function callsOfReplaced(calls: readonly EngineCall[], issued: readonly Issued[]): number[] {
  const givenAt = new Map(issued.map(({ simulation, token, at }) => [`${simulation} ${token}`, at]));
  return calls.flatMap(({ simulation, token, at }) => {
    const next = givenAt.get(`${simulation} ${token + 1}`);
    return next === undefined || at <= next ? [] : [at - next];
  });
}

/** Simulations whose log does not tell of each change of owner: each token but the first, which comes with STARTING, is an event. */
export function untoldOwners(rows: readonly EndRow[], events: readonly EndEvent[]): number {
  const told = new Map<string, number>();
  for (const { simulation, code } of events) {
    if (code === "OWNER_CHANGED") told.set(simulation, (told.get(simulation) ?? 0) + 1);
  }
  return rows.filter(({ id, token }) => (told.get(id) ?? 0) !== Math.max(0, token - 1)).length;
}
