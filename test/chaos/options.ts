// The command line of chaos.
import { parseArgs } from "node:util";
import { isProfile, type ProfileName, profiles, thorough } from "./profiles.ts";

export interface Options {
  readonly seed: number;
  readonly profiles: readonly ProfileName[];
  /** Null: as the profile says. */
  readonly rounds: number | null;
  /** Of each profile: no round begins later. */
  readonly seconds: number;
}

export const usage = `npm run chaos -- [--seed N] [--profile ${Object.keys(profiles).join("|")}|all] [--rounds R] [--seconds S]

  --seed      draws the same faults and the same load again [by the clock]
  --profile   one or several, with a comma between [kills]
  --rounds    of faults, in each profile [as the profile says]
  --seconds   no round begins later, in each profile [600]
`;

/** Throws where an option is not understood. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      profile: { type: "string", default: "kills" },
      rounds: { type: "string" },
      seconds: { type: "string", default: "600" },
    },
  });
  return {
    seed: values.seed === undefined ? Date.now() % 1_000_000 : whole("seed", values.seed),
    profiles: values.profile === "all" ? thorough : values.profile.split(",").map(profileOf),
    rounds: values.rounds === undefined ? null : whole("rounds", values.rounds),
    seconds: whole("seconds", values.seconds),
  };
}

function profileOf(text: string): ProfileName {
  if (!isProfile(text)) throw new Error(`There is no profile "${text}".`);
  return text;
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new Error(`--${name} is not a whole number.`);
  return value;
}
