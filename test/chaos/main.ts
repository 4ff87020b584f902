// The program behind `npm run chaos`: faults against a real cluster, and what it made of them. Exits with 1 where
// something did not hold.
import { readOptions, usage } from "./options.ts";
import { type Profile, profiles } from "./profiles.ts";
import { holds, report } from "./report.ts";
import { runChaos } from "./suite.ts";

const options = optionsOrExit();
let allHold = true;
for (const name of options.profiles) {
  const profile: Profile = profiles[name];
  process.stdout.write(`${name}, seed ${options.seed}\n`);
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1_000).toFixed(1).padStart(7);
  const result = await runChaos({
    seed: options.seed,
    profile,
    rounds: options.rounds ?? profile.rounds,
    seconds: options.seconds,
    say: (line) => process.stdout.write(`${seconds()}  ${line}\n`),
  });
  process.stdout.write(`${report(name, options.seed, result)}\n`);
  allHold &&= holds(result);
}
process.exit(allHold ? 0 : 1);

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
