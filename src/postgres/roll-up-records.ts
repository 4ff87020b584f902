// Roll-ups on their way into the database, as rows of JSON.
import { recordset, values } from "./columns.ts";
import type { RolledUp } from "./open-roll-ups.ts";
import type { RollUp, Sums } from "./roll-up.ts";

const columns = {
  simulation_id: "uuid",
  first_seq: "int",
  last_seq: "int",
  samples: "int",
  from_time: "float8",
  first_time: "float8",
  last_time: "float8",
  lows: "float8[]",
  sums: "float8[]",
  highs: "float8[]",
  component_ids: "text[]",
  component_samples: "int[]",
  component_lows: "float8[]",
  component_sums: "float8[]",
  component_highs: "float8[]",
} as const;

/** `insert into metrics_roll_ups (<names>) select <values> from json_to_recordset(…) as r(<recordset>)`. */
export const rollUpNames = Object.keys(columns).join(", ");
export const rollUpValues = values(columns).join(", ");
export const rollUpRecordset = recordset(columns);

export function rollUpRecords(rolledUp: readonly RolledUp[]): readonly object[] {
  return rolledUp.flatMap(({ simulationId, complete }) =>
    complete.map((one) => rollUpRecord(simulationId, one)),
  );
}

function rollUpRecord(simulationId: string, rolled: RollUp): Record<keyof typeof columns, unknown> {
  const components = [...rolled.components.values()];
  const all = (of: (sums: Sums) => number[]) => components.flatMap(of);
  return {
    simulation_id: simulationId,
    first_seq: rolled.firstSeq,
    last_seq: rolled.lastSeq,
    samples: rolled.samples,
    from_time: rolled.fromTime,
    first_time: rolled.firstTime,
    last_time: rolled.lastTime,
    lows: rolled.totals.lows,
    sums: rolled.totals.sums,
    highs: rolled.totals.highs,
    component_ids: [...rolled.components.keys()],
    component_samples: components.map(({ samples }) => samples),
    component_lows: all(({ lows }) => lows),
    component_sums: all(({ sums }) => sums),
    component_highs: all(({ highs }) => highs),
  };
}
