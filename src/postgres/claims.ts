// Taking over what a dead replica drove. Rows that are locked just now are left for the next look, which is soon.
import { sql } from "kysely";
import type { Claimed, OwnedSimulation } from "../core/ports/leases.ts";
import { type Applied, apply } from "./apply.ts";
import { isDead } from "./dead.ts";
import { stamp } from "./event-records.ts";
import { ownerChanged } from "./owner-changed.ts";
import { active, open } from "./queue-order.ts";
import { type SimulationRow, simulationOf, storedOf } from "./rows.ts";
import type { Database } from "./schema.ts";
import type { Stored } from "./stored.ts";
import { write } from "./write.ts";

export async function owned(db: Database, replica: string): Promise<readonly OwnedSimulation[]> {
  const rows = await db
    .selectFrom("simulations")
    .selectAll()
    .where("owner", "=", replica)
    .where(sql<boolean>`status in ${open}`)
    .orderBy("id")
    .execute();
  return rows.map(ownedOf);
}

/** None where the replica itself is not alive. */
export async function claim(db: Database, replica: string, limit: number): Promise<readonly Claimed[]> {
  if (!(await isAnythingToClaim(db, replica))) return [];
  return db.transaction().execute(async (tx) => {
    // First the leases, then, in a statement that sees their end, the simulations: a replica that renewed at the
    // last moment is not robbed.
    await sql`delete from replicas where ${isDead(replica)}`.execute(tx);
    const { rows } = await sql<SimulationRow>`
      select s.* from simulations s
      where ${orphaned} and exists (select from replicas where replicas.id = ${replica})
      order by id limit ${limit} for update skip locked`.execute(tx);
    if (rows.length === 0) return [];
    const taken = rows.map((row) => takeOver(storedOf(row), replica));
    const at = await write(tx, taken);
    return taken.map(({ stored: { simulation }, events }) => ({
      simulation,
      token: simulation.run.fencingToken,
      events: events.map((event) => stamp(event, at)),
    }));
  });
}

function takeOver(before: Stored, replica: string): Applied {
  const { simulatedTime, run } = before.simulation;
  const fencingToken = run.fencingToken + 1;
  return apply(before, {
    patch: { run: { owner: replica, fencingToken } },
    events: [ownerChanged(simulatedTime, replica, fencingToken, run.owner)],
  });
}

const orphaned = sql`s.status in ${active}
  and (s.owner is null or not exists (select from replicas where replicas.id = s.owner))`;

async function isAnythingToClaim(db: Database, replica: string): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from replicas where ${isDead(replica)})
      or exists (select from simulations s where ${orphaned}) as found`.execute(db);
  return rows[0]?.found === true;
}

function ownedOf(row: SimulationRow): OwnedSimulation {
  const simulation = simulationOf(row);
  return { simulation, token: simulation.run.fencingToken };
}
