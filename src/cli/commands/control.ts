// Commands that ask something of a simulation. They answer as soon as the wish is recorded.
import { type Simulation, simulationOf } from "../answers.ts";
import type { Api } from "../api.ts";
import { exitCodes } from "../exit-codes.ts";
import { findId } from "../find.ts";
import { PauseDocument, ResumeDocument, SetSpeedDocument, StopDocument } from "../gql/graphql.ts";
import { outJson, outLines } from "../io.ts";
import { numberOf } from "../options.ts";
import { titleLine } from "../view/progress.ts";
import type { Call, Command } from "./command.ts";

type Ask = (api: Api, id: string) => Promise<Simulation>;

function control(name: string, summary: string, ask: Ask): Command {
  return {
    name,
    usage: "SIMULATION",
    summary,
    arguments: ["simulation"],
    options: {},
    run: (call) => done(call, ask),
  };
}

async function done({ api, io, options, json }: Call, ask: Ask): Promise<0> {
  const simulation = await ask(api, await findId(api, options.argument(0)));
  if (json) await outJson(io, simulation);
  else await outLines(io, [titleLine(simulation, io.paint)]);
  return exitCodes.ok;
}

export const pause = control("pause", "asks it to hold", async (api, id) =>
  simulationOf((await api.ask(PauseDocument, { id })).pauseSimulation),
);

export const resume = control("resume", "asks it to go on", async (api, id) =>
  simulationOf((await api.ask(ResumeDocument, { id })).resumeSimulation),
);

export const stop = control("stop", "asks it to end", async (api, id) =>
  simulationOf((await api.ask(StopDocument, { id })).stopSimulation),
);

export const speed: Command = {
  name: "speed",
  usage: "SIMULATION SPEED",
  summary: "asks it to run at another speed: simulated s per wall s, 0 as fast as possible",
  arguments: ["simulation", "speed"],
  options: {},
  async run(call) {
    const wanted = numberOf(call.options.argument(1), "The speed");
    return await done(call, async (api, id) =>
      simulationOf((await api.ask(SetSpeedDocument, { id, speed: wanted })).setSimulationSpeed),
    );
  },
};
