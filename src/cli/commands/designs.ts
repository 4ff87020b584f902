import type { Api } from "../api.ts";
import { exitCodes } from "../exit-codes.ts";
import { DesignsDocument, type DesignsQuery } from "../gql/graphql.ts";
import { outJson, outLines } from "../io.ts";
import { table } from "../view/table.ts";
import { plain } from "../view/text.ts";
import type { Command } from "./command.ts";

export const designs: Command = {
  name: "designs",
  usage: "",
  summary: "the designs that can be simulated",
  arguments: [],
  options: {},
  async run({ api, io, json }) {
    const found: Design[] = [];
    for await (const design of all(api)) {
      if (json) await outJson(io, design);
      else found.push(design);
    }
    const rows = found.map(({ id, name, revision }) => [plain(id), plain(name), String(revision)]);
    const columns = [{ title: "ID" }, { title: "NAME" }, { title: "REVISION", numeric: true }];
    if (!json) await outLines(io, table(columns, rows));
    return exitCodes.ok;
  },
};

type Design = DesignsQuery["designs"]["nodes"][number];

async function* all(api: Api): AsyncGenerator<Design, void> {
  let after: string | null = null;
  do {
    const { designs: page }: DesignsQuery = await api.ask(DesignsDocument, { after });
    yield* page.nodes;
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
}
