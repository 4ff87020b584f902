// Samples in a row merged ahead, so that the history of a long run is read from few rows. Samples of before this
// migration have none, and are read one by one.
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table metrics_roll_ups (
        simulation_id uuid not null,
        first_seq int not null,
        last_seq int not null,
        samples int not null,
        from_time float8 not null,
        first_time float8 not null,
        last_time float8 not null,
        lows float8[] not null,
        sums float8[] not null,
        highs float8[] not null,
        component_ids text[] not null,
        component_samples int[] not null,
        component_lows float8[] not null,
        component_sums float8[] not null,
        component_highs float8[] not null,
        primary key (simulation_id, first_seq)
      )`,
    )
    .execute(db);
}
