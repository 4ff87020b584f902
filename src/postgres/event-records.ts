// Events on their way into the log. Their bodies travel beside the rest, as lines of text: nested in it, the
// database would parse each of them twice, which is most of what an append costs.
import { type RawBuilder, sql } from "kysely";
import type { SimulationEvent } from "../core/events.ts";
import type { PlacedEvent } from "./apply.ts";
import { databaseJson } from "./json.ts";
import { sampleOf } from "./roll-up.ts";

/** `insert into events (<names>) select <values> from <eventRecords(…)>, moment`. */
export const eventNames =
  "simulation_id, seq, type, simulated_time, engine_seq, measures, component_ids, component_measures, body, at";
export const eventValues =
  "r.simulation_id, r.seq, r.type, r.simulated_time, r.engine_seq, r.measures, r.component_ids, " +
  "r.component_measures, r.body::json, moment.at";

/** The time of one statement, `moment.at`. In milliseconds, as a Date tells it: what is answered equals what is read. */
export const moment = sql.raw("select date_trunc('milliseconds', clock_timestamp()) as at");

/** A table `r` in a from clause, a row for each event. */
export function eventRecords(events: readonly PlacedEvent[]): RawBuilder<unknown> {
  // JSON has no line breaks but the escaped ones.
  const bodies = events.map(({ body }) => databaseJson(body)).join("\n");
  return sql`rows from (
    json_to_recordset(${databaseJson(events.map(headOf))}::json) as (
      simulation_id uuid, seq int, type text, simulated_time float8, engine_seq bigint, measures float8[],
      component_ids text[], component_measures float8[]),
    unnest(string_to_array(${bodies}::text, E'\\n'))
  ) as r(simulation_id, seq, type, simulated_time, engine_seq, measures, component_ids, component_measures,
    body)`;
}

export function stamp(event: PlacedEvent, at: Date): SimulationEvent {
  const { simulationId, seq, simulatedTime, engineSeq, body } = event;
  return { simulationId, seq, at, simulatedTime, engineSeq, body };
}

function headOf(event: PlacedEvent): object {
  const { simulationId, seq, simulatedTime, engineSeq, body } = event;
  return {
    simulation_id: simulationId,
    seq,
    type: body.type,
    simulated_time: simulatedTime,
    engine_seq: engineSeq,
    ...measuresOf(event),
  };
}

/** What history is made of. */
function measuresOf({ seq, simulatedTime, body }: PlacedEvent): object {
  if (body.type !== "METRICS_SAMPLED") return {};
  const { measures, componentIds, componentMeasures } = sampleOf(seq, simulatedTime, body);
  return { measures, component_ids: componentIds, component_measures: componentMeasures };
}
