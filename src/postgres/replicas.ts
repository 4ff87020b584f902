// The leases of replicas and of the scheduler, by the database's clock.
import { type Kysely, sql } from "kysely";
import { ServiceError } from "../core/errors.ts";
import { open } from "./queue-order.ts";
import type { Database, Schema } from "./schema.ts";

const now = sql<Date>`clock_timestamp()`;

/** The end of a lease of that many ms that begins now. */
const until = (leaseMs: number) => sql<Date>`${now} + ${leaseMs}::float8 * interval '1 ms'`;

/**
 * Where the name is alive, UNAVAILABLE: whether another has it or the answer to our own call was lost, to ask
 * again until that lease has run out is right. What an expired lease of the same id owned is free again: who joins
 * begins with nothing.
 */
export async function join(db: Database, replica: string, leaseMs: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql`
      insert into replicas (id, expires_at, renewed_at, session)
      values (${replica}, ${until(leaseMs)}, ${now}, pg_backend_pid())
      on conflict (id) do update
        set expires_at = excluded.expires_at, renewed_at = excluded.renewed_at, session = excluded.session
        where replicas.expires_at <= clock_timestamp()
      returning id`.execute(tx);
    if (rows.length === 0) {
      throw new ServiceError("UNAVAILABLE", `A replica named ${replica} is alive already.`, { replica });
    }
    await disown(tx, replica);
  });
}

/** A lease that has run out and that nobody has removed is good again. */
export async function renew(db: Database, replica: string, leaseMs: number): Promise<boolean> {
  const { rows } = await sql`
    update replicas set expires_at = ${until(leaseMs)}, renewed_at = ${now}, session = pg_backend_pid()
    where id = ${replica} returning id`.execute(db);
  return rows.length > 0;
}

export async function leave(db: Database, replica: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom("replicas").where("id", "=", replica).execute();
    await tx.deleteFrom("scheduler_lease").where("holder", "=", replica).execute();
    await disown(tx, replica);
  });
}

export async function endAll(db: Database): Promise<void> {
  await sql`with gone as (delete from scheduler_lease) delete from replicas`.execute(db);
}

export async function expiries(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom("replicas")
    .select(["id", "expires_at"])
    .where("id", "in", [...ids])
    .execute();
  return new Map(rows.map(({ id, expires_at }) => [id, new Date(expires_at)]));
}

export async function living(db: Database): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`select id from replicas where expires_at > ${now}`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** The scheduler's lease is this replica's: by the first claim, by renewal, or after the other's has run out. */
export async function lead(db: Database, replica: string, leaseMs: number): Promise<boolean> {
  const { rows } = await sql`
    insert into scheduler_lease (holder, expires_at) values (${replica}, ${until(leaseMs)})
    on conflict (single) do update set holder = excluded.holder, expires_at = excluded.expires_at
      where scheduler_lease.holder = ${replica} or scheduler_lease.expires_at <= clock_timestamp()
    returning holder`.execute(db);
  return rows.length > 0;
}

/** The token stays: the next owner raises it. */
async function disown(db: Kysely<Schema>, replica: string): Promise<void> {
  // Locked in the order of their ids, as everybody locks them.
  await sql`
    with own as materialized (
      select id from simulations where owner = ${replica} and status in ${open} order by id for update
    )
    update simulations set owner = null, version = version + 1 from own where simulations.id = own.id`.execute(
    db,
  );
}
