import { readFile } from "node:fs/promises";
import { buildSchema } from "graphql";
import { expect, it } from "vitest";
import { possibleTypes } from "../../clients/apollo/possible-types.ts";

it("the types behind the interfaces of errors and events are those of the schema", async () => {
  const schema = buildSchema(await readFile(new URL("../../schema.graphql", import.meta.url), "utf8"));
  for (const [name, types] of Object.entries(possibleTypes)) {
    const type = schema.getType(name);
    if (type === undefined || !("resolveType" in type)) throw new Error(`${name} is not abstract.`);
    expect(schema.getPossibleTypes(type).map((possible) => possible.name)).toEqual(types);
  }
  expect(Object.keys(possibleTypes)).toEqual(["Error", "SimulationEvent"]);
});
