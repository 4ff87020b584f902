// One transaction for many changes: lock the rows in the order of their ids, decide in the order of the calls,
// write once. The order of locks keeps replicas from locking each other out.
import { sql, type Transaction } from "kysely";
import type { Applied } from "./apply.ts";
import type { OpenRollUps } from "./open-roll-ups.ts";
import type { PendingChange } from "./pending-change.ts";
import { storedOf } from "./rows.ts";
import type { Database, Schema } from "./schema.ts";
import type { Stored } from "./stored.ts";
import { write } from "./write.ts";

/**
 * Resolves when committed: the time of the events. What throws has changed nothing, or nobody knows. `written`: all of
 * it has been sent, and nothing of it is committed.
 */
export async function commitChanges(
  db: Database,
  rollUps: OpenRollUps,
  pending: readonly PendingChange[],
  written: () => void = () => {},
): Promise<Date> {
  const { at, rolledUp } = await db.transaction().execute(async (tx) => {
    const stored = await lock(tx, [...new Set(pending.map((change) => change.simulationId))]);
    const changes = decideAll(stored, pending);
    if (changes.length === 0) return { at: new Date(), rolledUp: [] };
    const rolledUp = changes.map((change) => rollUps.add(change));
    const at = await write(tx, changes, rolledUp);
    written();
    return { at, rolledUp };
  });
  for (const rolled of rolledUp) rollUps.remember(rolled);
  return at;
}

export async function lock(tx: Transaction<Schema>, ids: readonly string[]): Promise<Map<string, Stored>> {
  const rows = await tx
    .selectFrom("simulations")
    .selectAll()
    .where("id", "=", sql<string>`any(${[...ids]}::uuid[])`)
    .orderBy("id")
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.id, storedOf(row)]));
}

/** Each call sees what the calls before it made of the simulation. */
function decideAll(
  stored: ReadonlyMap<string, Stored>,
  pending: readonly PendingChange[],
): readonly Applied[] {
  const changed = new Map<string, Applied>();
  for (const change of pending) {
    const { simulationId } = change;
    const before = changed.get(simulationId);
    const applied = change.decideOn(before?.stored ?? stored.get(simulationId) ?? null);
    if (applied !== null)
      changed.set(simulationId, before === undefined ? applied : followed(before, applied));
  }
  return [...changed.values()];
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
