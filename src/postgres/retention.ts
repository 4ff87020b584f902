// Old metrics make room: a batch at a time, so that no lock is held for long.
import { sql } from "kysely";
import type { Database } from "./schema.ts";

export async function dropMetrics(db: Database, endedBefore: Date, limit: number): Promise<number | null> {
  const oldest = await db
    .selectFrom("simulations")
    .select(["id", "last_metrics_seq"])
    .where("metrics_kept", "=", true)
    .where("end_time", "<", endedBefore)
    .orderBy("end_time")
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return null;
  // With the first of its samples, a roll-up goes as well: what is left of them then speaks for itself.
  const { rows } = await sql<{ seq: number }>`
    with gone as (
      delete from events
      where simulation_id = ${oldest.id}::uuid and seq in (
        select seq from events
        where simulation_id = ${oldest.id}::uuid and type = 'METRICS_SAMPLED' and seq <> ${oldest.last_metrics_seq}
        order by seq limit ${limit}
      )
      returning seq
    ),
    rolled_up as (
      delete from metrics_roll_ups
      where simulation_id = ${oldest.id}::uuid and first_seq <= (select max(seq) from gone)
    )
    select seq from gone`.execute(db);
  // What has ended gets no more: when the last batch is not full, that was all.
  if (rows.length < limit) {
    await db.updateTable("simulations").set({ metrics_kept: false }).where("id", "=", oldest.id).execute();
  }
  return rows.length;
}
