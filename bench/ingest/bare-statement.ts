// The same rows by one statement and no logic: what a client that does nothing else can put into these tables.
// Columns of many rows travel as arrays; arrays within rows, and bodies, as lines.
import { databaseJson } from "../../src/postgres/json.ts";
import { rollUpSamples } from "../../src/postgres/open-roll-ups.ts";
import { rollUp, sampleOf } from "../../src/postgres/roll-up.ts";
import { componentIds, progressAt, sampleBodies } from "./samples.ts";

export interface BareSimulation {
  readonly id: string;
  /** Of its newest event. */
  seq: number;
  /** When its first roll-up is complete; so that not all are at once. */
  readonly offset: number;
}

const eventRows = `insert into events (simulation_id, seq, type, simulated_time, engine_seq, measures, component_ids,
    component_measures, body, at)
  select r.id, r.seq, 'METRICS_SAMPLED', r.seq, r.seq, r.measures::float8[], r.component_ids::text[],
    r.component_measures::float8[], r.body::json, moment.at
  from unnest($1::text::uuid[], $2::text::int[], string_to_array($3, E'\\n'), string_to_array($4, E'\\n'),
    string_to_array($5, E'\\n'), string_to_array($6, E'\\n'))
    as r(id, seq, measures, component_ids, component_measures, body), moment`;
const moment = "with moment as (select date_trunc('milliseconds', clock_timestamp()) as at)";

/** Only the events. */
export const eventsStatement = `${moment} ${eventRows}`;

/** The events, what they make of the simulations' rows, and roll-ups. */
export const sameStatement = `${moment},
  updated as (
    update simulations as s set simulated_time = r.seq, progress = r.progress, last_seq = r.seq, version = version + 1,
      last_metrics_seq = r.seq, engine_seq = r.seq, engine_digest = decode(r.digest, 'hex')
    from unnest($1::text::uuid[], $2::text::int[], $7::text::float8[], $8::text::text[]) as r(id, seq, progress, digest)
    where s.id = r.id
  ),
  merged as (
    insert into metrics_roll_ups (simulation_id, first_seq, last_seq, samples, from_time, first_time, last_time,
      lows, sums, highs, component_ids, component_samples, component_lows, component_sums, component_highs)
    select r.id, r.seq - 15, r.seq, 16, r.seq - 16, r.seq - 15, r.seq, r.totals::float8[], r.totals::float8[],
      r.totals::float8[], r.component_ids::text[], r.component_samples::int[], r.component_totals::float8[],
      r.component_totals::float8[], r.component_totals::float8[]
    from unnest($9::text::uuid[], $10::text::int[], string_to_array($11, E'\\n'), string_to_array($12, E'\\n'),
      string_to_array($13, E'\\n'), string_to_array($14, E'\\n'))
      as r(id, seq, totals, component_ids, component_samples, component_totals)
  )
  ${eventRows}`;

const idsLine = `{${componentIds.join(",")}}`;
const samplesLine = `{${componentIds.map(() => rollUpSamples).join(",")}}`;
/** Encoded ahead, as the log has them. */
const samples = sampleBodies().map((body, index) => {
  const { measures, componentMeasures } = sampleOf(1, 1, body);
  return {
    body: databaseJson(body),
    measures: `{${measures.join(",")}}`,
    componentMeasures: `{${componentMeasures.join(",")}}`,
    digest: Buffer.alloc(32, index).toString("hex"),
  };
});
const rolled = rollUp(
  sampleBodies()
    .slice(0, rollUpSamples)
    .map((body, index) => sampleOf(index, index, body)),
);
const totalsLine = `{${rolled.totals.sums.join(",")}}`;
const componentTotalsLine = `{${[...rolled.components.values()].flatMap(({ sums }) => sums).join(",")}}`;
let used = 0;

/** The next event of each of those simulations. */
export function nextRows(simulations: readonly BareSimulation[], what: "same" | "events"): string[] {
  for (const simulation of simulations) simulation.seq += 1;
  const said = simulations.map(() => {
    used = (used + 1) % samples.length;
    return samples[used] ?? samples[0] ?? { body: "", measures: "", componentMeasures: "", digest: "" };
  });
  const array = (values: readonly (string | number)[]) => `{${values.join(",")}}`;
  const events = [
    array(simulations.map(({ id }) => id)),
    array(simulations.map(({ seq }) => seq)),
    said.map(({ measures }) => measures).join("\n"),
    said.map(() => idsLine).join("\n"),
    said.map(({ componentMeasures }) => componentMeasures).join("\n"),
    said.map(({ body }) => body).join("\n"),
  ];
  if (what === "events") return events;
  const complete = simulations.filter(
    ({ seq, offset }) => seq > rollUpSamples && (seq + offset) % rollUpSamples === 0,
  );
  return [
    ...events,
    array(simulations.map(({ seq }) => progressAt(seq))),
    array(said.map(({ digest }) => digest)),
    array(complete.map(({ id }) => id)),
    array(complete.map(({ seq }) => seq)),
    complete.map(() => totalsLine).join("\n"),
    complete.map(() => idsLine).join("\n"),
    complete.map(() => samplesLine).join("\n"),
    complete.map(() => componentTotalsLine).join("\n"),
  ];
}
