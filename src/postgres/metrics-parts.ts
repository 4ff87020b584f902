// What points are made of: roll-ups that lie within one point whole, and samples one by one. One by one are those of
// no roll-up, and those of a roll-up that reaches over an end of the range or into two points; so what is merged is
// the same as if there were no roll-ups. They are read twice, for the span of all and for the points: less than to
// sort or keep them.
import { type RawBuilder, sql } from "kysely";
import type { MetricsQuery } from "../core/ports/store.ts";

export interface Parts {
  /** To stand in a `with`, where `simulations` is the row of the simulation. */
  readonly tables: RawBuilder<unknown>;
  /** Roll-ups, each with its bucket. */
  readonly whole: RawBuilder<unknown>;
  /** Samples as if each were a roll-up. */
  readonly single: RawBuilder<unknown>;
}

// As slices, since an array of many components is stored apart, and would be fetched anew for each number of it.
const rolledUpComponents = sql`, component_ids, component_samples, component_lows[:] as component_lows,
  component_sums[:] as component_sums, component_highs[:] as component_highs`;
const components = sql`, component_ids, null, own, own, own`;

/** A bucket is a point: parts with the same one are merged. */
export function partsOf({ from, to, maxPoints, componentIds = [] }: MetricsQuery): Parts {
  const points = sql`${Math.max(1, Math.floor(maxPoints))}::int`;
  /** Each sample is its own point, unless there are too many: then the span is divided evenly. */
  const bucketOf = (time: string) => sql`case
    when first = last then 1
    else least(${points}, width_bucket(${sql.raw(time)}, first, last, ${points}))
    end`;
  const inOnePoint = sql`${bucketOf("first_time")} = ${bucketOf("last_time")}`;
  const ofRun = sql`simulation_id = simulations.id and first_seq > simulations.restart_seq`;
  const inside = sql`first_time >= ${from} and last_time <= ${to}`;
  // Offset 0: for each stretch by itself, by the primary key.
  const samplesIn = (stretches: string) => sql`${sql.raw(stretches)} cross join lateral (
    select seq, simulated_time, measures, component_ids, component_measures[:] as own from events
    where simulation_id = simulations.id and seq between low and high
      and type = 'METRICS_SAMPLED' and simulated_time between ${from} and ${to}
    offset 0
  ) as e`;
  const [ofWhole, ofSingle] = componentIds.length === 0 ? [sql``, sql``] : [rolledUpComponents, components];
  return {
    tables: sql`
      heads as materialized (
        select first_seq, last_seq, samples, first_time, last_time, ${inside} as inside
        from metrics_roll_ups where ${ofRun}
      ),
      without as (
        select lag(last_seq, 1, simulations.restart_seq) over (order by first_seq) + 1 as low, first_seq - 1 as high
        from heads
        union all
        select coalesce(max(last_seq), simulations.restart_seq) + 1, ${2 ** 31 - 1}::int from heads
      ),
      outside as materialized (
        select low, high from without where low <= high
        union all
        select first_seq, last_seq from heads
        where not inside and first_time <= ${to} and last_time >= ${from}
      ),
      span as materialized (
        select sum(samples)::int as count, min(first) as first, max(last) as last from (
          select count(*) as samples, min(simulated_time) as first, max(simulated_time) as last
          from ${samplesIn("outside")}
          union all
          select sum(samples), min(first_time), max(last_time) from heads where inside
        ) as found
      ),
      stretches as materialized (
        select low, high from outside
        union all
        select first_seq, last_seq from heads, span
        where inside and (count <= ${points} or not ${inOnePoint})
      )`,
    whole: sql`
      select ${bucketOf("first_time")} as bucket, r.samples, from_time, last_time, lows, sums, highs${ofWhole}
      from metrics_roll_ups as r, span
      where ${ofRun} and ${inside} and count > ${points} and ${inOnePoint}`,
    single: sql`
      select case when count <= ${points} then seq else ${bucketOf("simulated_time")} end, 1,
        simulated_time - measures[1], simulated_time, measures, measures, measures${ofSingle}
      from span, ${samplesIn("stretches")}`,
  };
}
