// One transaction for many changes: lock the rows in the order of their ids, decide in the order of the calls,
// write once. The order of locks keeps replicas from locking each other out.
import { sql, type Transaction } from "kysely";
import type { Applied } from "./apply.ts";
import { bySimulation, decideInOrder } from "./decide.ts";
import type { Coding } from "./event-records.ts";
import type { PendingChange } from "./pending-change.ts";
import { storedOf } from "./rows.ts";
import type { Database, Schema } from "./schema.ts";
import type { Stored } from "./stored.ts";
import { write } from "./write.ts";
import type { Written } from "./written.ts";

/**
 * Resolves when committed: the time of the events. What throws has changed nothing, or nobody knows. `sent`: all of it
 * has been sent, and nothing of it is committed.
 */
export async function commitChanges(
  db: Database,
  coding: Coding,
  written: Written,
  pending: readonly PendingChange[],
  sent: () => void = () => {},
): Promise<Date> {
  const calls = bySimulation(pending);
  const { at, changes, rolledUp } = await db.transaction().execute(async (tx) => {
    const stored = await lock(tx, [...calls.keys()]);
    const changes = decideAll(stored, calls);
    if (changes.length === 0) return { at: new Date(), changes, rolledUp: [] };
    const rolledUp = written.rollUp(changes);
    const at = await write(tx, changes, rolledUp, coding);
    sent();
    return { at, changes, rolledUp };
  });
  const isOwners = ({ stored }: Applied) => calls.get(stored.simulation.id)?.some(({ byOwner }) => byOwner);
  written.remember(changes.filter(isOwners), rolledUp);
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

function decideAll(
  stored: ReadonlyMap<string, Stored>,
  calls: ReadonlyMap<string, readonly PendingChange[]>,
): readonly Applied[] {
  return [...calls].flatMap(([id, ofOne]) => decideInOrder(stored.get(id) ?? null, ofOne) ?? []);
}
