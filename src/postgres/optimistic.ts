// The short way of what its owner writes, which is nearly all that is ever written: decided on what this process wrote
// last, and sent as one statement that writes only where all rows still stand at those versions. Every write of
// anybody raises a row's version, so a row of the same version is the same row, owner and token included; nothing is
// read, and no transaction is held open.
import { setImmediate } from "node:timers/promises";
import type { Applied } from "./apply.ts";
import { bySimulation, decideWhereAllWrite } from "./decide.ts";
import type { Coding } from "./event-records.ts";
import type { PendingChange } from "./pending-change.ts";
import type { Database } from "./schema.ts";
import { writeIfUnchanged } from "./write.ts";
import type { Written } from "./written.ts";

export interface Decided {
  readonly changes: readonly Applied[];
  /** The calls that these are of. */
  readonly calls: readonly PendingChange[];
  /** Not the owner's, or of a simulation that is not remembered, or nothing would be written: no guess answers those. */
  readonly others: readonly PendingChange[];
}

export function decideOnWritten(written: Written, pending: readonly PendingChange[]): Decided {
  const changes: Applied[] = [];
  const calls: PendingChange[] = [];
  const others: PendingChange[] = [];
  for (const [id, ofOne] of bySimulation(pending)) {
    const last = ofOne.every(({ byOwner }) => byOwner) ? written.last(id) : null;
    const change = last === null ? null : decideWhereAllWrite(last, ofOne);
    if (change === null) others.push(...ofOne);
    else {
      changes.push(change);
      calls.push(...ofOne);
    }
  }
  return { changes, calls, others };
}

/**
 * The time of the events; null: others have written, and nothing of it is stored. What throws has changed nothing, or
 * nobody knows. `sent`: it is on its way, and whether it is committed nobody knows.
 */
export async function commitOptimistically(
  db: Database,
  coding: Coding,
  written: Written,
  changes: readonly Applied[],
  sent?: () => void,
): Promise<Date | null> {
  const rolledUp = written.rollUp(changes);
  try {
    const writing = writeIfUnchanged(db, changes, rolledUp, coding);
    if (sent !== undefined) void setImmediate().then(sent);
    const at = await writing;
    if (at === null) written.forget(changes);
    else written.remember(changes, rolledUp);
    return at;
  } catch (error) {
    written.forget(changes);
    throw error;
  }
}
