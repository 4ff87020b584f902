// What `--help` says.
import type { Command } from "./commands/command.ts";
import { commonOptions, type OptionHelp } from "./options.ts";
import { left } from "./view/text.ts";

export function helpOfAll(commands: readonly Command[]): string {
  const names = commands.map(({ name, usage }) => `${name} ${usage}`.trim());
  const room = Math.max(...names.map((name) => name.length));
  return [
    "Usage: simulation COMMAND [options]",
    "",
    "Runs simulations of software architectures and follows them.",
    "",
    "Commands:",
    ...commands.map(({ summary }, at) => `  ${left(names[at] ?? "", room)}  ${summary}`),
    "",
    "A SIMULATION is its id, the beginning or the end of its id, or `last`.",
    "",
    "Options of every command:",
    ...optionLines(commonOptions),
    "",
    "A service with authentication is shown the token of SIMULATION_TOKEN, or of the file SIMULATION_TOKEN_FILE.",
    "",
    "Exit codes: 0 done, or COMPLETED; 1 refused by the API; 2 a wrong command line; 3 the simulation FAILED;",
    "4 it was STOPPED; 5 the service cannot be reached; 130 Ctrl-C.",
    "",
  ].join("\n");
}

export function helpOf(command: Command): string {
  const { name, usage, summary, options } = command;
  return [
    `Usage: simulation ${`${name} ${usage}`.trim()} [options]`,
    "",
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    "",
    "Options:",
    ...optionLines({ ...options, ...commonOptions }),
    "",
  ].join("\n");
}

function optionLines(options: Readonly<Record<string, OptionHelp>>): string[] {
  const names = Object.entries(options).map(([name, { value }]) => `--${name}${value ? ` ${value}` : ""}`);
  const room = Math.max(...names.map((name) => name.length));
  return Object.values(options).map(({ text }, at) => `  ${left(names[at] ?? "", room)}  ${text}`);
}
