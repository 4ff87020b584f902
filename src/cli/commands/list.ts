import type { Simulation } from "../answers.ts";
import type { Api } from "../api.ts";
import { UsageError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import {
  ListDocument,
  type ListQuery,
  type SimulationFilter,
  type SimulationStatus,
} from "../gql/graphql.ts";
import { outJson, outLines } from "../io.ts";
import { labelsOf, type Options } from "../options.ts";
import { listLines } from "../view/simulation.ts";
import type { Command } from "./command.ts";

const usual = 20;
/** In one page of the API. */
const pageMax = 200;

const statuses: readonly SimulationStatus[] = [
  "QUEUED",
  "STARTING",
  "RUNNING",
  "PAUSED",
  "COMPLETED",
  "STOPPED",
  "FAILED",
];

export const list: Command = {
  name: "list",
  usage: "",
  summary: "the simulations, the newest first",
  arguments: [],
  options: {
    status: {
      value: "STATUS",
      multiple: true,
      text: `only in this status, or one of several: ${lower(statuses)}`,
    },
    design: { value: "ID", text: "only of this design" },
    mine: { text: "only those that you have started" },
    user: { value: "ID", text: "only those that this user has started" },
    project: { value: "ID", text: "only of this project" },
    label: { value: "KEY=VALUE", multiple: true, text: "only with this label" },
    limit: { value: "N", text: `at most so many (default ${usual})` },
  },
  async run({ api, io, options, json }) {
    const limit = options.whole("limit") ?? usual;
    const { found, more } = await take(api, filterOf(options), limit);
    if (json) {
      for (const simulation of found) await outJson(io, simulation);
      return exitCodes.ok;
    }
    if (found.length === 0) io.err("There is none.\n");
    else await outLines(io, listLines(found, io.paint, io.now()));
    if (more && found.length > 0) io.err("There are more: give --limit, or say which.\n");
    return exitCodes.ok;
  },
};

function filterOf(options: Options): SimulationFilter {
  const wanted = options
    .texts("status")
    .flatMap((text) => text.split(","))
    .map(statusOf);
  return {
    ...(wanted.length > 0 && { statuses: wanted }),
    designId: options.text("design"),
    ...(options.on("mine") && { mine: true }),
    userId: options.text("user"),
    projectId: options.text("project"),
    labels: labelsOf(options.texts("label")),
  };
}

function statusOf(text: string): SimulationStatus {
  const status = statuses.find((it) => it === text.toUpperCase());
  if (status === undefined) throw new UsageError(`${text} is no status. There are: ${lower(statuses)}.`);
  return status;
}

function lower(names: readonly string[]): string {
  return names.join(", ").toLowerCase();
}

async function take(
  api: Api,
  filter: SimulationFilter,
  limit: number,
): Promise<{ found: Simulation[]; more: boolean }> {
  const found: Simulation[] = [];
  let after: string | null = null;
  for (;;) {
    const first = Math.max(1, Math.min(pageMax, limit - found.length));
    const { simulations }: ListQuery = await api.ask(ListDocument, { first, after, filter });
    found.push(...simulations.nodes);
    after = simulations.pageInfo.endCursor;
    const { hasNextPage } = simulations.pageInfo;
    if (!hasNextPage || found.length >= limit) {
      return { found: found.slice(0, limit), more: hasNextPage || found.length > limit };
    }
  }
}
