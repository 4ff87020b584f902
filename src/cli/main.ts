// The command line: streams, signals, exit code.
import { once } from "node:events";
import { Interrupted } from "./errors.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { run } from "./run.ts";
import { tokenSource } from "./token.ts";
import { colours, noColours } from "./view/paint.ts";

const { SIMULATION_URL, SIMULATION_TOKEN, SIMULATION_TOKEN_FILE, NO_COLOR, TERM } = process.env;
const { stdout, stderr } = process;
const interrupt = new AbortController();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => interrupt.abort(new Interrupted(signal)));
}
// Whoever read has gone, as after `| head`: nothing is left to do.
stdout.on("error", () => process.exit(exitCodes.ok));

const terminal = stdout.isTTY && TERM !== "dumb";

const io: Io = {
  out: async (text) => {
    if (!stdout.write(text)) await once(stdout, "drain");
  },
  err: (text) => {
    stderr.write(text);
  },
  terminal,
  paint: terminal && (NO_COLOR ?? "") === "" ? colours : noColours,
  columns: () => (stdout.isTTY && stdout.columns > 0 ? stdout.columns : 100),
  rows: () => (stdout.isTTY && stdout.rows > 0 ? stdout.rows : 24),
  now: () => Date.now(),
  signal: interrupt.signal,
};

const token = tokenSource({ SIMULATION_TOKEN, SIMULATION_TOKEN_FILE });
const code = await run(process.argv.slice(2), SIMULATION_URL || "http://127.0.0.1:4000", io, token);
// What a pipe has not taken yet is written first.
await new Promise<void>((resolve) => stdout.write("", () => resolve()));
process.exit(code);
