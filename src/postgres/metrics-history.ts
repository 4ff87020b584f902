// Samples over simulated time, merged by the database into at most as many points as were asked for. Only of the
// run that counts: what an attempt sampled before the run began again from the start is left out.
import { type RawBuilder, sql } from "kysely";
import {
  type MetricsMeasure,
  type MetricsPoint,
  type MetricsQuery,
  metricsMeasures,
} from "../core/ports/store.ts";
import type { Viewer } from "../core/viewer.ts";
import type { Database } from "./schema.ts";
import { uuidOf } from "./uuid.ts";
import { visibleTo } from "./visibility.ts";

interface PointRow {
  /** Null: the simulation has no such samples. */
  samples: number | null;
  from_time: number;
  to_time: number;
  /** By the place of the measure in `metricsMeasures`. */
  lows: number[];
  means: number[];
  highs: number[];
}

export async function metrics(
  db: Database,
  viewer: Viewer,
  id: string,
  query: MetricsQuery,
): Promise<readonly MetricsPoint[] | null> {
  const uuid = uuidOf(id);
  if (uuid === null) return null;
  const points = sql`${Math.max(1, Math.floor(query.maxPoints))}::int`;
  const { rows } = await sql<PointRow>`
    select p.* from simulations left join lateral (
      with samples as materialized (
        select seq, simulated_time as time, measures as m from events
        where simulation_id = simulations.id and type = 'METRICS_SAMPLED'
          and seq > simulations.restart_seq and simulated_time between ${query.from} and ${query.to}
      ),
      placed as (
        select *, case
          when count(*) over () <= ${points} then row_number() over (order by seq)
          when min(time) over () = max(time) over () then 1
          else least(${points}, width_bucket(time, min(time) over (), max(time) over (), ${points}))
          end as bucket
        from samples
      )
      select count(*) as samples, min(time - m[1]) as from_time, max(time) as to_time,
        ${spread("min")} as lows, ${spread("avg")} as means, ${spread("max")} as highs
      from placed group by bucket
    ) p on true
    where simulations.id = ${uuid}::uuid and ${visibleTo(viewer)}
    order by p.to_time, p.from_time`.execute(db);
  if (rows.length === 0) return null;
  return rows.filter((row) => row.samples !== null).map(pointOf);
}

/** The first of an event's numbers is its window; the measures follow. */
function spread(aggregate: "min" | "avg" | "max"): RawBuilder<number[]> {
  const each = metricsMeasures.map((_, index) => `${aggregate}(m[${index + 2}])`);
  return sql.raw(`array[${each.join(", ")}]`);
}

function pointOf(row: PointRow): MetricsPoint {
  const spreadOf = (measure: MetricsMeasure) => {
    const index = metricsMeasures.indexOf(measure);
    return { min: row.lows[index] ?? 0, mean: row.means[index] ?? 0, max: row.highs[index] ?? 0 };
  };
  return {
    from: row.from_time,
    to: row.to_time,
    samples: row.samples ?? 0,
    measures: {
      throughput: spreadOf("throughput"),
      errorRate: spreadOf("errorRate"),
      latencyP50: spreadOf("latencyP50"),
      latencyP95: spreadOf("latencyP95"),
      latencyP99: spreadOf("latencyP99"),
      inFlight: spreadOf("inFlight"),
    },
  };
}
