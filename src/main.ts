// The program: start, signals, exit code.
import { destination, pino } from "pino";
import { usage, type Wish, wishOf } from "./arguments.ts";
import { misspelt } from "./config/misspelt.ts";
import { printedConfig } from "./config/print.ts";
import { ConfigError } from "./config/read.ts";
import { readConfig } from "./config.ts";
import { correlationId } from "./core/correlation.ts";
import { messageOf, ServiceError } from "./core/errors.ts";
import { redactor } from "./core/redacted.ts";
import { type Service, startService } from "./service.ts";
import { traceIds } from "./telemetry/tracing.ts";

/** From the first signal to the end. */
const drainWithinMs = 8_000;
/** A terminal's Ctrl-C reaches a program started by npm twice; that is one wish to end, not two. */
const sameSignalMs = 500;

const wish = wishOrExit();
if (wish !== "serve") answerAndExit(wish);
const config = configOrExit(() => readConfig(process.env));
const hide = redactor(config.secrets);
const lines = destination({ dest: 2, sync: true });
const log = pino(
  { level: config.logLevel, base: { name: "service" }, mixin: whatFor },
  // Whole lines, so that nothing is missed: neither in an error's causes, nor in what a library says of itself.
  { write: (line: string) => void lines.write(hide(line)) },
);

let ending: { readonly since: number } | undefined;
let service: Service | undefined;

for (const one of misspelt(process.env)) log.warn(one, "A setting that is not known: is another one meant?");
process.on("SIGTERM", end).on("SIGINT", end);
process.on("unhandledRejection", crash).on("uncaughtException", crash);

try {
  service = await startService(config, log);
  if (ending !== undefined) await drain(service);
  process.stdout.write(`${service.describe()}\n`);
} catch (error) {
  process.stderr.write(`${hide(whyNot(error))}\n`);
  process.exit(1);
}

function wishOrExit(): Wish {
  try {
    return wishOf(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function answerAndExit(asked: "help" | "print-config"): never {
  const answer = asked === "help" ? usage : configOrExit(() => printedConfig(process.env));
  process.stdout.write(answer);
  process.exit(0);
}

function configOrExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

function end(signal: string): void {
  const now = performance.now();
  if (ending !== undefined) {
    if (now - ending.since < sameSignalMs) return;
    log.warn({ signal }, "Asked again to end: ending at once.");
    process.exit(130);
  }
  ending = { since: now };
  log.info({ signal }, "Draining.");
  setTimeout(() => {
    log.error({}, "Draining took too long: ending at once.");
    process.exit(1);
  }, drainWithinMs).unref();
  // During the start: it is drained as soon as it is up.
  if (service !== undefined) void drain(service);
}

/** Of each line: for which request, and in which trace, where it is for one. */
function whatFor(): object {
  const id = correlationId();
  return { ...(id === undefined ? {} : { correlationId: id }), ...traceIds() };
}

async function drain(running: Service): Promise<void> {
  await running.close();
  process.exit(0);
}

/** For the person who tried to start it: what is wrong, and what to change. */
function whyNot(error: unknown): string {
  if (error instanceof ServiceError) {
    const cause = error.cause === undefined ? "" : `\n  ${messageOf(error.cause)}`;
    const database =
      config.databaseUrl === undefined || error.code !== "UNAVAILABLE"
        ? ""
        : "\n  The database is the one of DATABASE_URL.";
    return `The service cannot start: ${error.message}${cause}${database}`;
  }
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return `The service cannot start: port ${config.port} is taken. Set PORT to another one, or to 0 for any that is free.`;
  }
  log.fatal({ err: error }, "The service cannot start.");
  return "The service cannot start; the log says why.";
}

function crash(error: unknown): void {
  log.fatal({ err: error }, "A defect: the process cannot be trusted any more, and ends.");
  process.exit(70);
}
