import type { Api } from "../api.ts";
import { Refused } from "../errors.ts";
import { isTerminal } from "../events.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { findId } from "../find.ts";
import { ReportDocument } from "../gql/graphql.ts";
import { type Io, outJson, outLines } from "../io.ts";
import { titleLine } from "../view/progress.ts";
import { reportLines, resultLines } from "../view/report.ts";
import type { Command } from "./command.ts";
import { noSuch } from "./show.ts";

export const report: Command = {
  name: "report",
  usage: "SIMULATION",
  summary: "the result of a simulation that has come to its end",
  arguments: ["simulation"],
  options: {},
  async run({ api, io, options, json }) {
    const id = await findId(api, options.argument(0));
    const { simulation } = await api.ask(ReportDocument, { id });
    if (simulation === null) throw noSuch(id);
    const { report: found, ...facts } = simulation;
    if (found === null) {
      const ended = isTerminal(facts.status);
      io.err(`${id} is ${facts.status}: ${ended ? "it has no report" : "the report comes with its end"}.\n`);
      if (!ended) throw new Refused("NO_REPORT", "There is no report yet; watch it, or ask later.");
      return exitCodeOf(facts.status);
    }
    if (json) await outJson(io, { simulationId: id, ...found });
    else await outLines(io, [titleLine(facts, io.paint), "", ...reportLines(found, io.paint, io.columns())]);
    return exitCodes.ok;
  },
};

/** What a watch ends with: all but the list of what was assumed. Nothing where there is no report. */
export async function writeShortReport(api: Api, io: Io, id: string): Promise<void> {
  const { simulation } = await api.ask(ReportDocument, { id });
  const found = simulation?.report;
  if (found === null || found === undefined) return;
  await outLines(io, ["", ...resultLines(found, io.paint, io.columns())]);
  const assumed = found.assumptions.length;
  if (assumed > 0) await outLines(io, ["", `${assumed} things were assumed: simulation report ${id}`]);
}
