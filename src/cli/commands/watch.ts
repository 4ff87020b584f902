// Follows a simulation to its end: a live screen on a terminal, a line per event elsewhere, JSON for scripts.
import type { Simulation } from "../answers.ts";
import { Drawing } from "../drawing.ts";
import { type ExitCode, exitCodeOf, exitCodes } from "../exit-codes.ts";
import { findId } from "../find.ts";
import { follow } from "../follow.ts";
import { ShowDocument } from "../gql/graphql.ts";
import { outJson, outLines } from "../io.ts";
import type { OptionHelp } from "../options.ts";
import { Picture } from "../picture.ts";
import { eventLine } from "../view/event-line.ts";
import { plain } from "../view/text.ts";
import { watchScreen } from "../view/watch-screen.ts";
import type { Call, Command } from "./command.ts";
import { writeShortReport } from "./report.ts";
import { noSuch } from "./show.ts";

/** How long a service may be away, s. */
const usualPatience = 300;

/** How long a watched service may say nothing, not even to a ping, until the connection counts as lost, s. */
const usualSilence = 10;

export const patienceOption: Readonly<Record<string, OptionHelp>> = {
  patience: {
    value: "S",
    text: `how long the service may be away before it is given up (default ${usualPatience})`,
  },
};

export const watch: Command = {
  name: "watch",
  usage: "SIMULATION",
  summary: "follows a simulation to its end",
  arguments: ["simulation"],
  options: {
    after: { value: "N", text: "begin after the event N; 0 is the whole log (default: from now on)" },
    ...patienceOption,
  },
  async run(call) {
    const after = call.options.whole("after");
    const id = await findId(call.api, call.options.argument(0));
    const { simulation } = await call.api.ask(ShowDocument, { id });
    if (simulation === null) throw noSuch(id);
    return await watchToTheEnd(call, simulation, after);
  },
};

/** The exit code is that of the simulation's end, or of an interrupted watch. */
export async function watchToTheEnd(
  call: Call,
  simulation: Simulation,
  after: number | undefined,
): Promise<ExitCode> {
  const picture = new Picture(simulation);
  try {
    await (call.io.terminal && !call.json ? draw(call, picture, after) : print(call, picture, after));
  } catch (error) {
    if (!call.io.signal.aborted) throw error;
    call.io.err(
      `Not watching any more; the simulation goes on. Stop it with: simulation stop ${simulation.id}\n`,
    );
    return exitCodes.interrupted;
  }
  const { status, failure } = picture.simulation;
  if (failure !== null) call.io.err(failureLine(failure, call.json));
  if (!call.json && status === "COMPLETED") await writeShortReport(call.api, call.io, simulation.id);
  return exitCodeOf(status);
}

function failureLine({ code, message }: NonNullable<Simulation["failure"]>, json: boolean): string {
  const line = json
    ? JSON.stringify({ error: "Failed", code, message })
    : plain(`FAILED: ${message} (${code})`);
  return `${line}\n`;
}

async function draw(call: Call, picture: Picture, after: number | undefined): Promise<void> {
  const { io } = call;
  using drawing = new Drawing(io, () =>
    // The cursor stands below the last line: one row is its own.
    watchScreen(picture, { columns: io.columns(), rows: io.rows() - 1, paint: io.paint, nowMs: io.now() }),
  );
  drawing.changed();
  for await (const heard of heardBy(call, picture.simulation.id, after)) {
    picture.cut = heard.kind === "cut" ? heard.reason : undefined;
    if (heard.kind === "event") picture.take(heard.event);
    drawing.changed();
  }
}

async function print(call: Call, picture: Picture, after: number | undefined): Promise<void> {
  const { io, json } = call;
  for await (const heard of heardBy(call, picture.simulation.id, after)) {
    if (heard.kind === "cut") {
      io.err(`Reconnecting: ${heard.reason}.\n`);
      continue;
    }
    picture.take(heard.event);
    if (json) await outJson(io, heard.event);
    else await outLines(io, [eventLine(heard.event, io.paint)]);
  }
}

function heardBy({ api, io, options }: Call, id: string, after: number | undefined) {
  const patienceMs = (options.number("patience") ?? usualPatience) * 1000;
  const silentMs = (options.seconds("timeout") ?? usualSilence) * 1000;
  return follow({ url: api.url, token: api.token, signal: io.signal, silentMs, patienceMs, id, after });
}
