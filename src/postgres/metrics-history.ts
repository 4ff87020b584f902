// Samples over simulated time, merged by the database into at most as many points as were asked for. Only of the
// run that counts: what an attempt sampled before the run began again from the start is left out.
import { type RawBuilder, sql } from "kysely";
import {
  componentMeasures,
  type MetricsPoint,
  type MetricsQuery,
  metricsMeasures,
  type Spread,
} from "../core/ports/store.ts";
import type { Viewer } from "../core/viewer.ts";
import { databaseJson } from "./json.ts";
import { partsOf } from "./metrics-parts.ts";
import type { Database } from "./schema.ts";
import { uuidOf } from "./uuid.ts";
import { visibleTo } from "./visibility.ts";

/** The measures of the whole, then of each component that was asked for; null: no sample of the point has it. */
interface Spreads {
  readonly lows: readonly (number | null)[];
  readonly means: readonly (number | null)[];
  readonly highs: readonly (number | null)[];
}

interface PointRow extends Spreads {
  /** Null: the simulation has no such samples. */
  readonly samples: number | null;
  readonly from_time: number;
  readonly to_time: number;
}

export async function metrics(
  db: Database,
  viewer: Viewer,
  id: string,
  query: MetricsQuery,
): Promise<readonly MetricsPoint[] | null> {
  const uuid = uuidOf(id);
  if (uuid === null) return null;
  const parts = partsOf(query);
  // As they are stored.
  const componentIds: readonly string[] = JSON.parse(databaseJson([...new Set(query.componentIds ?? [])]));
  const places = componentIds.map(
    (componentId, index) => sql`, array_position(component_ids, ${componentId}::text) as ${placeOf(index)}`,
  );
  // Offset 0: each component's place is found once, not once for each of its measures.
  const { rows } = await sql<PointRow>`
    select p.* from simulations left join lateral (
      with ${parts.tables}
      select sum(samples)::int as samples, min(from_time) as from_time, max(last_time) as to_time,
        ${spreads(componentIds.length)}
      from (
        select part.*${sql.join(places, sql``)} from (${parts.whole} union all ${parts.single}) as part offset 0
      ) as placed
      group by bucket
    ) p on true
    where simulations.id = ${uuid}::uuid and ${visibleTo(viewer)}
    order by p.to_time, p.from_time`.execute(db);
  if (rows.length === 0) return null;
  return rows.filter((row) => row.samples !== null).map((row) => pointOf(row, componentIds));
}

/** Where parts have one measure, and how many samples of them have it; in SQL. */
interface MeasureSource {
  readonly columns: "" | "component_";
  readonly place: string;
  readonly samples: string;
}

/** `lows, means, highs` of parts, with as many components. */
function spreads(components: number): RawBuilder<unknown> {
  const sources = [
    ...metricsMeasures.map((_, index) => ofWhole(index)),
    ...Array.from({ length: components }, (_, turn) =>
      componentMeasures.map((_, index) => ofComponent(turn, index)),
    ).flat(),
  ];
  // As JSON, which is read much faster than arrays.
  const arrayOf = (one: (source: MeasureSource) => string) =>
    `to_json(array[${sources.map(one).join(", ")}])`;
  return sql.raw(`
    ${arrayOf(({ columns, place }) => `min(${columns}lows[${place}])`)} as lows,
    ${arrayOf(({ columns, place, samples }) => `sum(${columns}sums[${place}]) / sum(${samples})`)} as means,
    ${arrayOf(({ columns, place }) => `max(${columns}highs[${place}])`)} as highs`);
}

/** The first place is the window's. */
function ofWhole(index: number): MeasureSource {
  return { columns: "", place: `${index + 2}`, samples: "samples" };
}

/** A single sample has no count for each of its components: it has them once. */
function ofComponent(turn: number, index: number): MeasureSource {
  const place = `place_${turn}`;
  return {
    columns: "component_",
    place: `(${place} - 1) * ${componentMeasures.length} + ${index + 1}`,
    samples: `case when ${place} is not null then coalesce(component_samples[${place}], 1) end`,
  };
}

function placeOf(turn: number): RawBuilder<unknown> {
  return sql.raw(`place_${turn}`);
}

function pointOf(row: PointRow, componentIds: readonly string[]): MetricsPoint {
  return {
    from: row.from_time,
    to: row.to_time,
    samples: row.samples ?? 0,
    measures: spreadsOf(metricsMeasures, row, 0),
    components: componentIds.flatMap((componentId, turn) => {
      const first = metricsMeasures.length + turn * componentMeasures.length;
      if (row.means.slice(first, first + componentMeasures.length).every((mean) => mean === null)) return [];
      return [{ componentId, measures: spreadsOf(componentMeasures, row, first) }];
    }),
  };
}

/** Of the measures from that place on. */
function spreadsOf<Measure extends string>(
  measures: readonly Measure[],
  { lows, means, highs }: Spreads,
  first: number,
): Record<Measure, Spread> {
  const entries = measures.map((measure, index) => {
    const place = first + index;
    return [measure, { min: lows[place] ?? 0, mean: means[place] ?? 0, max: highs[place] ?? 0 }];
  });
  // An entry for each measure, which TypeScript cannot see.
  return Object.fromEntries(entries) as Record<Measure, Spread>;
}
