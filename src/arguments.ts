// What the program is asked for on its command line. Settings never come from there: other users of the machine
// can read it.
import { parseArgs } from "node:util";

export type Wish = "serve" | "print-config" | "help";

export const usage = `Usage: npm start [-- --print-config]

  --print-config   print every setting, its value and where that is from, and end
  --help           print this, and end

Settings are environment variables: see docs/configuration.md.
`;

/** Throws an error whose message names what is not understood. */
export function wishOf(args: readonly string[]): Wish {
  const options = { "print-config": { type: "boolean" }, help: { type: "boolean" } } as const;
  const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
  if (values.help === true) return "help";
  return values["print-config"] === true ? "print-config" : "serve";
}
