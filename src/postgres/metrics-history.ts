// Samples over simulated time, merged by the database into at most as many points as were asked for. Only of the
// run that counts: what an attempt sampled before the run began again from the start is left out.
import { type RawBuilder, sql } from "kysely";
import {
  componentMeasures,
  type MetricsMeasure,
  type MetricsPoint,
  type MetricsQuery,
  metricsMeasures,
  type Spread,
} from "../core/ports/store.ts";
import type { Viewer } from "../core/viewer.ts";
import { databaseJson } from "./json.ts";
import type { Database } from "./schema.ts";
import { uuidOf } from "./uuid.ts";
import { visibleTo } from "./visibility.ts";

/** By the place of the measure in `metricsMeasures`, or in `componentMeasures`. */
interface Spreads {
  readonly lows: readonly number[];
  readonly means: readonly number[];
  readonly highs: readonly number[];
}

interface PointRow extends Spreads {
  /** Null: the simulation has no such samples. */
  readonly samples: number | null;
  readonly from_time: number;
  readonly to_time: number;
  readonly components: readonly (Spreads & { readonly component_id: string })[] | null;
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
  const asked = databaseJson([...new Set(query.componentIds ?? [])]);
  // The rows are walked twice, for their span and for their points: less than to sort or keep them.
  const { rows } = await sql<PointRow>`
    select p.* from simulations left join lateral (
      with samples as not materialized (
        select seq, simulated_time as time, measures as m, component_ids, component_measures from events
        where simulation_id = simulations.id and type = 'METRICS_SAMPLED'
          and seq > simulations.restart_seq and simulated_time between ${query.from} and ${query.to}
      ),
      span as materialized (select count(*) as count, min(time) as first, max(time) as last from samples),
      placed as not materialized (
        select samples.*, case
          when count <= ${points} then seq
          when first = last then 1
          else least(${points}, width_bucket(time, first, last, ${points}))
          end as bucket
        from samples, span
      ),
      totals as (
        select bucket, count(*) as samples, min(time - m[1]) as from_time, max(time) as to_time,
          ${spread("m", metricsMeasures.length, 2)}
        from placed group by bucket
      )${query.componentIds === undefined ? sql`` : ofComponents(asked)}
      select totals.*, ${query.componentIds === undefined ? sql`null` : sql`components`} as components
      from totals ${query.componentIds === undefined ? sql`` : sql`left join by_bucket using (bucket)`}
    ) p on true
    where simulations.id = ${uuid}::uuid and ${visibleTo(viewer)}
    order by p.to_time, p.from_time`.execute(db);
  if (rows.length === 0) return null;
  return rows.filter((row) => row.samples !== null).map(pointOf);
}

/** A list of components for each bucket, in the order in which they were asked for. */
function ofComponents(asked: string): RawBuilder<unknown> {
  const width = componentMeasures.length;
  const own = sql.raw(`component_measures[(place - 1) * ${width} + 1 : place * ${width}]`);
  return sql`,
    by_component as (
      select bucket, turn, component_id, ${spread("own", width, 1)}
      from placed
        cross join json_array_elements_text(${asked}::json) with ordinality as asked (component_id, turn)
        cross join lateral (select array_position(component_ids, component_id) as place offset 0) as found
        cross join lateral (select ${own} as own offset 0) as measured
      where place is not null group by bucket, turn, component_id
    ),
    by_bucket as (
      select bucket, json_agg(json_build_object('component_id', component_id,
        'lows', lows, 'means', means, 'highs', highs) order by turn) as components
      from by_component group by bucket
    )`;
}

/** `lows, means, highs` of an array column, from that place on. */
function spread(column: string, count: number, first: number): RawBuilder<unknown> {
  const of = (aggregate: string) =>
    `array[${Array.from({ length: count }, (_, index) => `${aggregate}(${column}[${first + index}])`).join(", ")}]`;
  return sql.raw(`${of("min")} as lows, ${of("avg")} as means, ${of("max")} as highs`);
}

function pointOf(row: PointRow): MetricsPoint {
  return {
    from: row.from_time,
    to: row.to_time,
    samples: row.samples ?? 0,
    measures: spreadsOf<MetricsMeasure>(metricsMeasures, row),
    components: (row.components ?? []).map((component) => ({
      componentId: component.component_id,
      measures: spreadsOf(componentMeasures, component),
    })),
  };
}

function spreadsOf<Measure extends string>(
  measures: readonly Measure[],
  { lows, means, highs }: Spreads,
): Record<Measure, Spread> {
  const entries = measures.map((measure, index) => [
    measure,
    { min: lows[index] ?? 0, mean: means[index] ?? 0, max: highs[index] ?? 0 },
  ]);
  // An entry for each measure, which TypeScript cannot see.
  return Object.fromEntries(entries) as Record<Measure, Spread>;
}
