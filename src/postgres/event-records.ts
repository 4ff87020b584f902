// Events on their way into the log. Their bodies and measures travel beside the rest, the bodies as lines of text: nested
// in it, the database would parse each of them twice, which is most of what an append costs.
import { type RawBuilder, sql } from "kysely";
import type { SimulationEvent } from "../core/events.ts";
import type { PlacedEvent } from "./apply.ts";
import { arrayLiteral, textArrayLiteral } from "./array-literal.ts";
import { floatArray, type Slice } from "./float-array.ts";
import { databaseJson } from "./json.ts";

/** `insert into events (<names>) select <values> from <eventRecords(…)>, moment`. */
export const eventNames =
  "simulation_id, seq, type, simulated_time, engine_seq, measures, component_ids, component_measures, body, at";
export const eventValues =
  "r.simulation_id, r.seq, r.type, r.simulated_time, r.engine_seq, r.measures, r.component_ids, " +
  "r.component_measures, r.body::json, moment.at";

/** How measures travel: as numbers, or as digits to the embedded database, whose client knows no other way. */
export type Coding = "binary" | "text";

/** The time of one statement, `moment.at`. In milliseconds, as a Date tells it: what is answered equals what is read. */
export const moment = sql.raw("select date_trunc('milliseconds', clock_timestamp()) as at");

/** A table `r` in a from clause, a row for each event. */
export function eventRecords(events: readonly PlacedEvent[], coding: Coding = "text"): RawBuilder<unknown> {
  const heads = sql`json_to_recordset(${databaseJson(events.map(headOf))}::json) as (
      simulation_id uuid, seq int, type text, simulated_time float8, engine_seq bigint, component_ids text[])`;
  // JSON has no line breaks but the escaped ones.
  const bodies = sql`unnest(string_to_array(${events.map(({ json }) => json).join("\n")}::text, E'\\n'))`;
  const names = sql.raw("simulation_id, seq, type, simulated_time, engine_seq, component_ids, body");
  if (coding === "binary" && events.some(({ sample }) => sample !== null)) {
    const measures = floatArray(events.map(({ sample }) => sample?.measures ?? null));
    const ofComponents = floatArray(events.map(({ sample }) => sample?.componentMeasures ?? null));
    return sql`(
      select e.*, (${measures.array}::float8[])[e.first:e.last] as measures,
        (${ofComponents.array}::float8[])[e.first_of_components:e.last_of_components] as component_measures
      from rows from (${heads}, ${bodies}, ${bounds(measures.slices)}, ${bounds(ofComponents.slices)})
        as e(${names}, first, last, first_of_components, last_of_components)
    ) as r`;
  }
  return sql`(
    select e.*, e.digits::float8[] as measures, e.component_digits::float8[] as component_measures
    from rows from (${heads}, ${bodies}, ${digits(events.map(({ sample }) => sample?.measures))},
      ${digits(events.map(({ sample }) => sample?.componentMeasures))})
      as e(${names}, digits, component_digits)
  ) as r`;
}

function bounds(slices: readonly (Slice | null)[]): RawBuilder<unknown> {
  const firsts = arrayLiteral(slices.map((slice) => slice?.first ?? null));
  const lasts = arrayLiteral(slices.map((slice) => slice?.last ?? null));
  return sql`unnest(${firsts}::text::int[]), unnest(${lasts}::text::int[])`;
}

/** A line for each; an empty one is a null. */
function digits(rows: readonly (readonly number[] | undefined)[]): RawBuilder<unknown> {
  const lines = rows.map((row) => (row === undefined ? "" : arrayLiteral(row))).join("\n");
  return sql`unnest(string_to_array(${lines}::text, E'\\n', ''))`;
}

export function stamp(event: PlacedEvent, at: Date): SimulationEvent {
  const { simulationId, seq, simulatedTime, engineSeq, body } = event;
  return { simulationId, seq, at, simulatedTime, engineSeq, body };
}

function headOf({ simulationId, seq, simulatedTime, engineSeq, body, sample }: PlacedEvent): object {
  return {
    simulation_id: simulationId,
    seq,
    type: body.type,
    simulated_time: simulatedTime,
    engine_seq: engineSeq,
    // As one text: the database reads it quicker than an array of JSON.
    component_ids: sample === null ? null : textArrayLiteral(sample.componentIds),
  };
}
