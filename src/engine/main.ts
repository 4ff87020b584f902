import { destination, type Logger, pino } from "pino";
import { Ledger } from "./ledger.ts";
import { type Options, OptionsError, readOptions, usage } from "./options.ts";
import { type Engine, startEngine } from "./server.ts";

// The engine program. Standard output carries one line of JSON once it listens; the log goes to standard error.

const options = optionsOrExit();
const log = pino({ level: options.logLevel, base: { name: "engine" } }, destination({ dest: 2, sync: true }));

// Before anything else, so that a parent that dies during the start takes the engine along.
if (options.endWithParent) endWithParent(log);

try {
  const ledger = options.ledger === null ? null : new Ledger(options.ledger);
  const engine = await startEngine(options.host, options.port, options.limits, log, ledger, options.tls);
  endOnSignals(engine, log);
  const { address: listening, engineInstanceId } = engine;
  process.stdout.write(`${JSON.stringify({ listening, engineInstanceId })}\n`);
  log.info({ listening, engineInstanceId, capacity: options.limits.capacity }, "engine listens");
} catch (error) {
  log.fatal({ err: error }, "engine cannot start");
  process.exit(1);
}

function optionsOrExit(): Options {
  try {
    const read = readOptions(process.argv.slice(2), process.env);
    if (!read.help) return read;
    process.stdout.write(usage());
    process.exit(0);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`${error.message}\nSee --help.\n`);
    process.exit(2);
  }
}

/** Runs live in their own threads, so the main thread hears the end of its input also in mid-run. */
function endWithParent(logger: Logger): void {
  const end = () => {
    logger.info("standard input closed: the parent is gone");
    process.exit(0);
  };
  process.stdin.on("end", end).on("close", end).on("error", end).resume();
}

function endOnSignals(engine: Engine, logger: Logger): void {
  let ending = false;
  const end = async (signal: string) => {
    if (ending) process.exit(1);
    ending = true;
    logger.info({ signal }, "engine drains");
    await engine.drain();
    await engine.close();
    process.exit(0);
  };
  process.on("SIGTERM", end).on("SIGINT", end);
}
