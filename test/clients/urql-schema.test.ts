import { readFile } from "node:fs/promises";
import { buildSchema, isInterfaceType, isObjectType } from "graphql";
import { expect, it } from "vitest";
import { possibleTypes, valueTypes } from "../../clients/urql/schema.ts";

const schema = buildSchema(await readFile(new URL("../../schema.graphql", import.meta.url), "utf8"));
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));

it("the types behind each interface are those of the schema", () => {
  const possible = types
    .filter(isInterfaceType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)] as const);
  expect(possibleTypes).toEqual(Object.fromEntries(possible));
});

it("the types without an id are those of the schema", () => {
  const roots = new Set(["Query", "Mutation", "Subscription"]);
  const without = types.filter(
    (type) => isObjectType(type) && !roots.has(type.name) && !("id" in type.getFields()),
  );
  expect([...valueTypes].sort()).toEqual(without.map(({ name }) => name).sort());
});
