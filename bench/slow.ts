// Slow viewers and too much load: what healthy viewers notice of stalled ones, and what an overloaded service keeps.
//
//   npm run bench:slow -- [--part stalled] [--part overload] [--contenders ours,ws] [--rounds 1] [--stall 30]
//                         [--events 40] [--overload 60]
//
// `--contenders` and `--rounds` are of the first part; the second is about the service alone.
import { parseArgs } from "node:util";
import { openDatabase } from "../src/postgres/open.ts";
import { quietLog } from "../test/support/simulations.ts";
import { contenderNames, contenderOf } from "./fanout/contenders.ts";
import { installPeers } from "./fanout/peers.ts";
import { keepOffTheServersCore } from "./fanout/processors.ts";
import { circumstances } from "./fanout/report.ts";
import { openWorld } from "./fanout/world.ts";
import { LoggedTheatre } from "./slow/logged-theatre.ts";
import { measureOverload, overloadSimulations, saturationOf } from "./slow/overload.ts";
import { measureStalled, stalledSimulations } from "./slow/stalled.ts";
import { contest, rounded } from "./support/contest.ts";
import { table } from "./support/table.ts";

const { values } = parseArgs({
  options: {
    part: { type: "string", multiple: true, default: ["stalled", "overload"] },
    contenders: { type: "string", default: "ours,ws" },
    rounds: { type: "string", default: "1" },
    stall: { type: "string", default: "30" },
    events: { type: "string", default: "40" },
    overload: { type: "string", default: "60" },
  },
});
const told = (line: string) => console.error(line);
/** What viewers of an overloaded service ask for, samples a second. */
const metricsRate = 10;
const rounds = Number(values.rounds);

keepOffTheServersCore();
const names = values.contenders.split(",");
if (names.some((name) => name !== "ours")) await installPeers(told);
const world = await openWorld(stalledSimulations + 3 * overloadSimulations);
const database = await openDatabase({ url: world.databaseUrl, dataDir: "unused", log: quietLog() });
const logged = (from: number, count: number) =>
  new LoggedTheatre(world.redis, database.store, world.simulations.slice(from, from + count));
try {
  if (values.part.includes("stalled")) console.log(`\n${await stalled()}`);
  if (values.part.includes("overload")) console.log(`\n${await overload()}`);
  console.log(circumstances(rounds, Number(values.stall), 3));
} finally {
  await database.close();
  await world.close();
}

async function stalled(): Promise<string> {
  const options = { stallSeconds: Number(values.stall), events: Number(values.events) };
  const contenders = contenderNames
    .filter((name) => names.includes(name))
    .flatMap((name) => contenderOf(name, world, told) ?? []);
  const turns = contenders.map((contender) => ({
    name: contender.name,
    turn: () =>
      measureStalled(
        world,
        contender,
        contender.name === "ours" ? logged(0, stalledSimulations) : undefined,
        options,
      ),
  }));
  const rows = [...(await contest(turns, rounds, told))].map(([name, figures]) => {
    const of = (figure: string, unit = 1) => rounded((figures[figure] ?? Number.NaN) / unit);
    return [
      name,
      of("p50"),
      of("p50Beside"),
      of("p99"),
      of("p99Beside"),
      of("heapPerStalled", 1_024),
      of("residentPerStalled", 1_024),
      of("cut"),
      of("caughtUp"),
    ];
  });
  const head = [
    "",
    "p50 without, ms",
    "beside stalled",
    "p99 without, ms",
    "beside stalled",
    "heap/stalled, KB",
    "RSS/stalled, KB",
    "cut",
    "caught up",
  ];
  const { stallSeconds, events } = options;
  const what = `stalled: 900 viewers beside 100 that read nothing for ${stallSeconds} s; ${stalledSimulations} simulations, ${events} events a second each`;
  return `${what}\n\n${table(head, rows)}\n`;
}

async function overload(): Promise<string> {
  const ours = contenderOf("ours", world, told);
  if (ours === null) throw new Error("The service is not there.");
  const untouched = world.simulations.slice(-overloadSimulations);
  const saturation = await saturationOf(world, ours, untouched);
  told(`  saturation: ${rounded(saturation)} deliveries/s`);
  const seconds = Number(values.overload);
  const first = logged(stalledSimulations, overloadSimulations);
  const all = await measureOverload(ours, first, saturation, seconds);
  const second = logged(stalledSimulations + overloadSimulations, overloadSimulations);
  const some = await measureOverload(ours, second, saturation, seconds, metricsRate);
  const row = (what: string, name: string, unit = 1) => [
    what,
    ...[all, some].map((figures) => rounded((figures[name] ?? Number.NaN) / unit)),
  ];
  const megabyte = 1_048_576;
  const rows = [
    row("offered, deliveries/s", "offeredPerSecond"),
    row("samples delivered/s", "deliveredPerSecond"),
    row("events/s that the log took", "eventsPerSecond"),
    row("events that it could not take", "skipped"),
    row("changes of status delivered (all)", "statuses"),
    row("  p50, ms", "statusP50"),
    row("  p99, ms", "statusP99"),
    row("samples p50, ms", "metricsP50"),
    row("until the last change of status, s", "drain"),
    row("RSS growth, MB", "growth", megabyte),
    row("heap growth, MB", "heapGrowth", megabyte),
    row("  after it", "heapGrowthAfter", megabyte),
  ];
  const what = `overload: ${rounded(3 * saturation)} deliveries a second, three times saturation, for ${seconds} s; 2 simulations with 500 viewers each`;
  return `${what}\n\n${table(["ours", "viewers of all", `of ${metricsRate} samples a second`], rows)}\n`;
}
