// How the cost of live delivery grows: 1, 4 and 16 times the events, the viewers, the simulations. Linear or better is
// where a delivery costs no more CPU than before; the knee is where it begins to.
//
//   npm run bench:growth -- [--rounds 3] [--seconds 6] [--warm-up 3]
import { parseArgs } from "node:util";
import { contenderOf } from "./fanout/contenders.ts";
import { selections } from "./fanout/documents.ts";
import { keepOffTheServersCore } from "./fanout/processors.ts";
import { circumstances } from "./fanout/report.ts";
import { type Scenario, simulationsOf } from "./fanout/scenarios.ts";
import { takeTurn } from "./fanout/turn.ts";
import { openWorld } from "./fanout/world.ts";
import { contest, type Figures, rounded } from "./support/contest.ts";
import { table } from "./support/table.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "6" },
    "warm-up": { type: "string", default: "3" },
  },
});
const [rounds, seconds, warmUpSeconds] = [values.rounds, values.seconds, values["warm-up"]].map(Number);
if (!rounds || !seconds || warmUpSeconds === undefined) throw new Error("Rounds and seconds are numbers.");
const told = (line: string) => console.error(line);
const times = [1, 4, 16] as const;
/** More CPU for a delivery than this many times that of the step before is a knee; the machine's noise is less. */
const knee = 1.15;

interface Growth {
  readonly what: string;
  readonly of: (factor: number) => Scenario;
  readonly step: (factor: number) => string;
}

const shape = { selections: [selections[0]], what: "" } as const;

const growths: readonly Growth[] = [
  {
    what: "events: 10 simulations with 100 viewers each, so many events a second in all",
    step: (factor) => `${50 * factor} events/s`,
    of: (factor) => ({
      ...shape,
      name: `events × ${factor}`,
      kind: "paced",
      viewers: 1_000,
      simulations: 10,
      eventsPerSecond: 50 * factor,
    }),
  },
  {
    what: "viewers: of 10 simulations, at saturation",
    step: (factor) => `${250 * factor} viewers`,
    of: (factor) => ({
      ...shape,
      name: `viewers × ${factor}`,
      kind: "saturated",
      viewers: 250 * factor,
      simulations: 10,
      inFlight: 64,
    }),
  },
  {
    what: "simulations: with 4 viewers each, at saturation",
    step: (factor) => `${60 * factor} simulations`,
    of: (factor) => ({
      ...shape,
      name: `simulations × ${factor}`,
      kind: "saturated",
      viewers: 240 * factor,
      simulations: 60 * factor,
      inFlight: 240,
    }),
  },
];

keepOffTheServersCore();
const world = await openWorld(
  Math.max(...growths.flatMap(({ of }) => times.map((factor) => simulationsOf(of(factor))))),
);
try {
  const ours = contenderOf("ours", world, told);
  if (ours === null) throw new Error("The service takes no part.");
  for (const { what, of, step } of growths) {
    const steps = times.map((factor) => ({
      name: step(factor),
      turn: () => takeTurn(world, ours, of(factor), { seconds, warmUpSeconds, inFlight: undefined }),
    }));
    const medians = await contest(steps, rounds, told);
    console.log(`\n${what}\n\n${growthTable([...medians])}\n`);
  }
  console.log(circumstances(rounds, seconds, warmUpSeconds));
} finally {
  await world.close();
}

function growthTable(steps: readonly (readonly [string, Figures])[]): string {
  const head = ["", "µs CPU each", "× the step before", "deliveries/s", "core, %", "p50, ms", "p99, ms"];
  const rows = steps.map(([name, figures], index) => {
    const before = steps[index - 1]?.[1].cpuMicros;
    const cost = figures.cpuMicros ?? Number.NaN;
    const growth =
      before === undefined ? "" : `${rounded(cost / before)}${cost / before > knee ? " (a knee)" : ""}`;
    const rest = [figures.perSecond, (figures.core ?? Number.NaN) * 100, figures.p50, figures.p99];
    return [name, rounded(cost), growth, ...rest.map((value) => rounded(value ?? Number.NaN))];
  });
  return table(head, rows);
}
