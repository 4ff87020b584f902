// From a command line to an exit code.
import { Api, usualTimeoutS } from "./api.ts";
import type { Command } from "./commands/command.ts";
import { pause, resume, speed, stop } from "./commands/control.ts";
import { designs } from "./commands/designs.ts";
import { list } from "./commands/list.ts";
import { report } from "./commands/report.ts";
import { show } from "./commands/show.ts";
import { start } from "./commands/start.ts";
import { watch } from "./commands/watch.ts";
import { Interrupted, Refused, Unreachable, UsageError } from "./errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { helpOf, helpOfAll } from "./help.ts";
import type { Io } from "./io.ts";
import { parse } from "./options.ts";
import { noToken, type TokenSource } from "./token.ts";
import { plain } from "./view/text.ts";

const commands: readonly Command[] = [designs, start, list, show, watch, pause, resume, speed, stop, report];

/** Throws only what is a defect. */
export async function run(
  args: readonly string[],
  usualUrl: string,
  io: Io,
  token = noToken,
): Promise<ExitCode> {
  const json = args.includes("--json");
  try {
    return await call(args, usualUrl, io, token);
  } catch (error) {
    const code = codeOf(error, io);
    if (code === undefined) throw error;
    if (code !== exitCodes.interrupted) io.err(json ? jsonOf(error) : linesOf(error));
    return code;
  }
}

async function call(
  [name, ...args]: readonly string[],
  usualUrl: string,
  io: Io,
  token: TokenSource,
): Promise<ExitCode> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    await io.out(helpOfAll(commands));
    return name === undefined ? exitCodes.usage : exitCodes.ok;
  }
  const command = commands.find((it) => it.name === name);
  if (command === undefined) {
    throw new UsageError(`There is no command ${name}. \`simulation --help\` lists them.`);
  }
  const options = parse(command, args);
  if (options.on("help")) {
    await io.out(helpOf(command));
    return exitCodes.ok;
  }
  const timeoutS = options.seconds("timeout") ?? usualTimeoutS;
  const api = new Api(urlOf(options.text("url") ?? usualUrl), io.signal, timeoutS, token);
  return await command.run({ api, io, options, json: options.on("json") });
}

/** Without what may follow the address: a slash, or the path of the API. */
function urlOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) {
    throw new UsageError(`The URL of the service is http://… or https://…, not ${text}`);
  }
  return text.replace(/\/+(graphql\/*)?$/, "");
}

function codeOf(error: unknown, io: Io): ExitCode | undefined {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof Refused) return exitCodes.refused;
  if (error instanceof Unreachable) return exitCodes.unreachable;
  if (error instanceof Interrupted || io.signal.aborted) return exitCodes.interrupted;
  return undefined;
}

function linesOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const details = error instanceof Refused ? error.details.map((line) => `  ${plain(line)}\n`) : [];
  const message = error instanceof UsageError ? error.message : plain(error.message);
  return [`${message}\n`, ...details].join("");
}

function jsonOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { name, message } = error;
  const facts = error instanceof Refused ? { code: error.code, details: error.details } : {};
  return `${JSON.stringify({ error: name, ...facts, message })}\n`;
}
