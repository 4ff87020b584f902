// The same rows by one statement and no logic: what a client that does nothing else can put into these tables.
// Columns of many rows travel as arrays; bodies, and arrays within rows, as lines; measures as one array of numbers, or
// as lines of digits to the embedded database, whose client knows no other way.
import type { Coding } from "../../src/postgres/event-records.ts";
import { floatArray } from "../../src/postgres/float-array.ts";
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

/** Encoded ahead, as the log has them. */
const samples = sampleBodies().map((body, index) => {
  const { measures, componentMeasures } = sampleOf(1, 1, body);
  return {
    body: databaseJson(body),
    measures,
    componentMeasures,
    digits: { measures: `{${measures.join(",")}}`, componentMeasures: `{${componentMeasures.join(",")}}` },
    digest: Buffer.alloc(32, index).toString("hex"),
  };
});
const widths = {
  measures: samples[0]?.measures.length ?? 0,
  componentMeasures: samples[0]?.componentMeasures.length ?? 0,
};

/** Numbers of the n-th row, of so many in each. */
const numbers = (parameter: string, each: number) =>
  `(${parameter}::float8[])[(r.n - 1) * ${each} + 1 : r.n * ${each}]`;

const lines = (parameter: string) => `string_to_array(${parameter}, E'\\n')`;

const measuresOf: Readonly<Record<Coding, readonly [measures: string, ofComponents: string, from: string]>> =
  {
    text: ["r.measures::float8[]", "r.component_measures::float8[]", `${lines("$3")}, ${lines("$5")}`],
    binary: [
      numbers("$3", widths.measures),
      numbers("$5", widths.componentMeasures),
      "null::text[], null::text[]",
    ],
  };

function eventRows(coding: Coding): string {
  const [measures, ofComponents, from] = measuresOf[coding];
  return `insert into events (simulation_id, seq, type, simulated_time, engine_seq, measures, component_ids,
    component_measures, body, at)
  select r.id, r.seq, 'METRICS_SAMPLED', r.seq, r.seq, ${measures}, r.component_ids::text[], ${ofComponents},
    r.body::json, moment.at
  from unnest($1::text::uuid[], $2::text::int[], ${lines("$4")}, ${lines("$6")}, ${from})
    with ordinality as r(id, seq, component_ids, body, measures, component_measures, n), moment`;
}
const moment = "with moment as (select date_trunc('milliseconds', clock_timestamp()) as at)";

/** Only the events. */
export const eventsStatement = (coding: Coding) => `${moment} ${eventRows(coding)}`;

/** The events, what they make of the simulations' rows, and roll-ups. */
export const sameStatement = (coding: Coding) => `${moment},
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
  ${eventRows(coding)}`;

const idsLine = `{${componentIds.join(",")}}`;
const samplesLine = `{${componentIds.map(() => rollUpSamples).join(",")}}`;
const rolled = rollUp(
  sampleBodies()
    .slice(0, rollUpSamples)
    .map((body, index) => sampleOf(index, index, body)),
);
const totalsLine = `{${rolled.totals.sums.join(",")}}`;
const componentTotalsLine = `{${[...rolled.components.values()].flatMap(({ sums }) => sums).join(",")}}`;
let used = 0;

/** The next event of each of those simulations. */
export function nextRows(
  simulations: readonly BareSimulation[],
  what: "same" | "events",
  coding: Coding,
): (string | Buffer)[] {
  for (const simulation of simulations) simulation.seq += 1;
  const said = simulations.flatMap(() => {
    used = (used + 1) % samples.length;
    return samples[used] ?? [];
  });
  const isText = coding === "text";
  const array = (values: readonly (string | number)[]) => `{${values.join(",")}}`;
  const events = [
    array(simulations.map(({ id }) => id)),
    array(simulations.map(({ seq }) => seq)),
    isText
      ? said.map(({ digits }) => digits.measures).join("\n")
      : floatArray(said.map(({ measures }) => measures)).array,
    said.map(() => idsLine).join("\n"),
    isText
      ? said.map(({ digits }) => digits.componentMeasures).join("\n")
      : floatArray(said.map(({ componentMeasures }) => componentMeasures)).array,
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
