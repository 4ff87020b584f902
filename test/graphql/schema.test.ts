import { readFileSync } from "node:fs";
import {
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  validateSchema,
} from "graphql";
import { describe, expect, it } from "vitest";
import { schema, schemaText } from "../../src/graphql/schema.ts";

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

describe("the schema", () => {
  it("is what schema.graphql says", () => {
    expect(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8")).toBe(schemaText());
  });

  it("is valid", () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it("explains every type, field, argument and value", () => {
    const silent = types.flatMap((type) => [
      ...(type.description ? [] : [type.name]),
      ...partsOf(type)
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}.${name}`),
    ]);
    expect(silent).toEqual([]);
  });

  it("has an error of its own type in the result of every mutation", () => {
    const results = Object.values(schema.getMutationType()?.getFields() ?? {}).map(({ type }) =>
      String(type),
    );
    expect(results.length).toBeGreaterThan(5);
    for (const result of results) {
      const union = schema.getType(result.replace("!", ""));
      const members = isUnionType(union) ? union.getTypes() : [];
      const errors = members.filter((it) => it.getInterfaces().some(({ name }) => name === "Error"));
      expect(errors.length).toBe(members.length - 1);
      expect(errors.map(({ name }) => name)).toContain("UnavailableError");
    }
  });

  it("marks what depends on more than the snapshot of an event", () => {
    const simulation = schema.getType("Simulation");
    const marked = isObjectType(simulation)
      ? Object.values(simulation.getFields())
          .filter(({ extensions }) => extensions.beyondSnapshot === true)
          .map(({ name }) => name)
      : [];
    expect(marked.sort()).toEqual(["design", "designDocument", "events", "metrics", "queue", "report"]);
  });
});

interface Part {
  readonly name: string;
  readonly description?: string | null | undefined;
}

function partsOf(type: GraphQLNamedType): Part[] {
  if (isEnumType(type)) return [...type.getValues()];
  if (isInputObjectType(type)) return Object.values(type.getFields());
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    field,
    ...field.args.map(({ name, description }) => ({ name: `${field.name}(${name})`, description })),
  ]);
}
