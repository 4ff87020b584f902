import { randomUUID } from "node:crypto";
import { startedOf } from "../answers.ts";
import { exitCodes } from "../exit-codes.ts";
import { StartDocument } from "../gql/graphql.ts";
import { outJson, outLines } from "../io.ts";
import { labelsOf, type Options } from "../options.ts";
import { titleLine } from "../view/progress.ts";
import type { Command } from "./command.ts";
import { patienceOption, watchToTheEnd } from "./watch.ts";

export const start: Command = {
  name: "start",
  usage: "DESIGN",
  summary: "starts a simulation of a design",
  arguments: ["design"],
  options: {
    watch: { text: "follow it to its end" },
    speed: { value: "X", text: "simulated s per wall s; 0 = as fast as possible (default 10)" },
    duration: { value: "S", text: "simulated s (default: as the design says)" },
    seed: { value: "N", text: "of the random numbers: same design, same seed, same run (default: chosen)" },
    label: { value: "KEY=VALUE", multiple: true, text: "to find it by; may be given several times" },
    project: { value: "ID", text: "the project it belongs to" },
    key: { value: "KEY", text: "idempotency key: started once, however often this is said" },
    paused: { text: "hold at the beginning until it is resumed" },
    ...patienceOption,
  },
  async run(call) {
    const { api, io, options, json } = call;
    const simulation = startedOf((await api.ask(StartDocument, { input: inputOf(options) })).startSimulation);
    if (json) await outJson(io, simulation);
    else if (!options.on("watch") || !io.terminal) await outLines(io, [titleLine(simulation, io.paint)]);
    if (options.on("watch")) return await watchToTheEnd(call, simulation, 0);
    if (!json) io.err(`Watch it with: simulation watch ${simulation.id}\n`);
    return exitCodes.ok;
  },
};

function inputOf(options: Options) {
  return {
    designId: options.argument(0),
    // With a key of its own a start whose answer was lost can be sent again.
    idempotencyKey: options.text("key") ?? randomUUID(),
    speed: options.number("speed"),
    duration: options.number("duration"),
    seed: options.whole("seed"),
    labels: labelsOf(options.texts("label")),
    projectId: options.text("project"),
    startPaused: options.on("paused") ? true : undefined,
  };
}
