// Taking over what a dead replica drove. Rows that are locked just now are left for the next look, which is soon.
import { sql } from "kysely";
import type { OwnedSimulation } from "../core/ports/leases.ts";
import { active, open } from "./queue-order.ts";
import { type SimulationRow, simulationOf } from "./rows.ts";
import type { Database } from "./schema.ts";

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
export async function claim(
  db: Database,
  replica: string,
  limit: number,
): Promise<readonly OwnedSimulation[]> {
  if (!(await isAnythingToClaim(db))) return [];
  return db.transaction().execute(async (tx) => {
    // First the leases, then, in a statement that sees their end, the simulations: a replica that renewed at the
    // last moment is not robbed.
    await sql`delete from replicas where expires_at <= clock_timestamp()`.execute(tx);
    // Materialized: chosen once, so that the limit holds however the update is planned.
    const { rows } = await sql<SimulationRow>`
      with chosen as materialized (
        select id from simulations s
        where ${orphaned} and exists (select from replicas where replicas.id = ${replica})
        order by id limit ${limit} for update skip locked
      )
      update simulations set owner = ${replica}, fencing_token = fencing_token + 1,
        version = version + 1
      from chosen where simulations.id = chosen.id
      returning simulations.*`.execute(tx);
    rows.sort((a, b) => (a.id < b.id ? -1 : 1));
    return rows.map(ownedOf);
  });
}

const orphaned = sql`s.status in ${active}
  and (s.owner is null or not exists (select from replicas where replicas.id = s.owner))`;

async function isAnythingToClaim(db: Database): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from replicas where expires_at <= clock_timestamp())
      or exists (select from simulations s where ${orphaned}) as found`.execute(db);
  return rows[0]?.found === true;
}

function ownedOf(row: SimulationRow): OwnedSimulation {
  const simulation = simulationOf(row);
  return { simulation, token: simulation.run.fencingToken };
}
