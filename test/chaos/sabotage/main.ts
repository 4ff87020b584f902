// Proves the oracle: runs chaos against copies of the service, each without one protection, and wants every one to be
// found out. `node launch.mjs test/chaos/sabotage/main.ts [part of a name]`; exits with 1 where one was not.
import { type Profile, profiles } from "../profiles.ts";
import { report } from "../report.ts";
import { runChaos } from "../suite.ts";
import { sabotaged } from "./copy.ts";
import { type Protection, protections } from "./protections.ts";

const named = process.argv[2] ?? "";
let missed = 0;
for (const protection of protections.filter(({ name }) => name.includes(named))) {
  process.stdout.write(`Without "${protection.name}":\n`);
  if (!(await foundOut(protection))) missed += 1;
}
process.exit(missed === 0 ? 0 : 1);

async function foundOut({ edits, profile: name, rounds, breaks }: Protection): Promise<boolean> {
  const copy = sabotaged(edits);
  try {
    const seed = 1;
    const profile: Profile = profiles[name];
    const say = (line: string) => process.stdout.write(`  ${line}\n`);
    const result = await runChaos({ seed, profile, rounds, seconds: 120, root: copy.root, say });
    const found = [...result.judgement.byInvariant].filter(([invariant]) => breaks.includes(invariant));
    process.stdout.write(`${report(name, seed, result)}\n`);
    process.stdout.write(
      `  ${found.length > 0 ? "FOUND OUT" : `NOT FOUND OUT (${breaks.join(" or ")})`}\n\n`,
    );
    return found.length > 0;
  } finally {
    copy.remove();
  }
}
