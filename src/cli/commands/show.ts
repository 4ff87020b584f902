import { Refused } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { findId } from "../find.ts";
import { ShowDocument } from "../gql/graphql.ts";
import { outJson, outLines } from "../io.ts";
import { showLines } from "../view/simulation.ts";
import type { Command } from "./command.ts";

export const show: Command = {
  name: "show",
  usage: "SIMULATION",
  summary: "how one simulation stands",
  arguments: ["simulation"],
  options: {},
  async run({ api, io, options, json }) {
    const id = await findId(api, options.argument(0));
    const { simulation } = await api.ask(ShowDocument, { id });
    if (simulation === null) throw noSuch(id);
    if (json) await outJson(io, simulation);
    else await outLines(io, showLines(simulation, io.paint, io.now()));
    return exitCodes.ok;
  },
};

export function noSuch(id: string): Refused {
  return new Refused("SIMULATION_NOT_FOUND", `There is no simulation ${id}.`);
}
