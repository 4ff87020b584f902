// Live delivery against peers, in one run: what a CPU second of the server brings to viewers, and how late.
//
//   npm run bench:fanout -- [--scenario saturated]… [--contenders ours,yoga,ws] [--rounds 3] [--seconds 6]
//                           [--warm-up 3] [--in-flight 64]
//
// Scenarios are in fanout/scenarios.ts, contenders in fanout/contenders.ts; without options, all of them.
import { parseArgs } from "node:util";
import { type ContenderName, contenderNames, contenderOf } from "./fanout/contenders.ts";
import { installPeers } from "./fanout/peers.ts";
import { keepOffTheServersCore } from "./fanout/processors.ts";
import { circumstances, reportOf } from "./fanout/report.ts";
import { type Scenario, scenarios, simulationsOf } from "./fanout/scenarios.ts";
import { takeTurn } from "./fanout/turn.ts";
import { openWorld } from "./fanout/world.ts";
import { contest } from "./support/contest.ts";

const { values } = parseArgs({
  options: {
    scenario: { type: "string", multiple: true, default: scenarios.map(({ name }) => name) },
    contenders: { type: "string", default: contenderNames.join() },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "6" },
    "warm-up": { type: "string", default: "3" },
    "in-flight": { type: "string" },
  },
});
const chosen = values.scenario.map(scenarioNamed);
const names = values.contenders.split(",").map(contenderNamed);
const [rounds, seconds, warmUpSeconds] = [values.rounds, values.seconds, values["warm-up"]].map(Number);
if (!rounds || !seconds || warmUpSeconds === undefined) throw new Error("Rounds and seconds are numbers.");
const inFlight = values["in-flight"] === undefined ? undefined : Number(values["in-flight"]);
const told = (line: string) => console.error(line);

keepOffTheServersCore();
if (names.some((name) => name !== "ours")) await installPeers(told);
const world = await openWorld(Math.max(...chosen.map(simulationsOf)));
try {
  const contenders = names.flatMap((name) => contenderOf(name, world, told) ?? []);
  for (const scenario of chosen) {
    told(`\n${scenario.name}`);
    const turns = contenders.map((contender) => ({
      name: contender.name,
      turn: () => takeTurn(world, contender, scenario, { seconds, warmUpSeconds, inFlight }),
    }));
    console.log(`\n${reportOf(scenario, await contest(turns, rounds, told))}`);
  }
  console.log(circumstances(rounds, seconds, warmUpSeconds));
} finally {
  await world.close();
}

function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined)
    throw new Error(`No scenario ${name}: ${scenarios.map((it) => it.name).join(", ")}.`);
  return found;
}

function contenderNamed(name: string): ContenderName {
  const found = contenderNames.find((known) => known === name);
  if (found === undefined) throw new Error(`No contender ${name}: ${contenderNames.join(", ")}.`);
  return found;
}
