// What many calls make of many simulations. Pure, but for the calls' remembering of their answers.
import type { Applied } from "./apply.ts";
import type { PendingChange } from "./pending-change.ts";
import type { Stored } from "./stored.ts";

/** Of one simulation, in the order of the calls: each sees what those before it made. Null: nothing is to be written. */
export function decideInOrder(stored: Stored | null, calls: readonly PendingChange[]): Applied | null {
  return calls.reduce<Applied | null>((before, call) => {
    const applied = call.decideOn(before?.stored ?? stored);
    if (applied === null || before === null) return applied ?? before;
    return followed(before, applied);
  }, null);
}

/** The same, where each call writes; null where one does not, and those behind it are not asked. */
export function decideWhereAllWrite(stored: Stored, calls: readonly PendingChange[]): Applied | null {
  let all: Applied | null = null;
  for (const call of calls) {
    const applied: Applied | null = call.decideOn(all?.stored ?? stored);
    if (applied === null) return null;
    all = all === null ? applied : followed(all, applied);
  }
  return all;
}

function followed(before: Applied, after: Applied): Applied {
  return {
    before: before.before,
    stored: after.stored,
    events: [...before.events, ...after.events],
    documents:
      after.documents === null || before.documents === null
        ? (after.documents ?? before.documents)
        : { ...before.documents, ...after.documents },
  };
}

/** Each simulation once, in the order of its first call. */
export function bySimulation(calls: readonly PendingChange[]): Map<string, PendingChange[]> {
  return Map.groupBy(calls, ({ simulationId }) => simulationId);
}
