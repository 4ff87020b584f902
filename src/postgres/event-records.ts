// Events on their way into the log. Their bodies and measures travel beside the rest, as lines of text: nested in it,
// the database would parse each of them twice, which is most of what an append costs.
import { type RawBuilder, sql } from "kysely";
import type { SimulationEvent } from "../core/events.ts";
import type { PlacedEvent } from "./apply.ts";
import { arrayLiteral, textArrayLiteral } from "./array-literal.ts";
import { databaseJson } from "./json.ts";

/** `insert into events (<names>) select <values> from <eventRecords(…)>, moment`. */
export const eventNames =
  "simulation_id, seq, type, simulated_time, engine_seq, measures, component_ids, component_measures, body, at";
export const eventValues =
  "r.simulation_id, r.seq, r.type, r.simulated_time, r.engine_seq, r.measures::float8[], r.component_ids, " +
  "r.component_measures::float8[], r.body::json, moment.at";

/** The time of one statement, `moment.at`. In milliseconds, as a Date tells it: what is answered equals what is read. */
export const moment = sql.raw("select date_trunc('milliseconds', clock_timestamp()) as at");

/** A table `r` in a from clause, a row for each event. */
export function eventRecords(events: readonly PlacedEvent[]): RawBuilder<unknown> {
  // JSON has no line breaks but the escaped ones. An empty line is a null.
  const bodies = events.map(({ json }) => json).join("\n");
  const measures = events.map(({ sample }) => arrayOf(sample?.measures)).join("\n");
  const componentMeasures = events.map(({ sample }) => arrayOf(sample?.componentMeasures)).join("\n");
  return sql`rows from (
    json_to_recordset(${databaseJson(events.map(headOf))}::json) as (
      simulation_id uuid, seq int, type text, simulated_time float8, engine_seq bigint, component_ids text[]),
    unnest(string_to_array(${bodies}::text, E'\\n')),
    unnest(string_to_array(${measures}::text, E'\\n', '')),
    unnest(string_to_array(${componentMeasures}::text, E'\\n', ''))
  ) as r(simulation_id, seq, type, simulated_time, engine_seq, component_ids, body, measures,
    component_measures)`;
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

function arrayOf(measures: readonly number[] | undefined): string {
  return measures === undefined ? "" : arrayLiteral(measures);
}
