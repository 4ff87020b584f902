import { type ConstValueNode, GraphQLError, Kind, type ValueNode } from "graphql";
import { builder } from "./builder.ts";

/** Levels of lists and objects in a JSON argument. */
const jsonDepthMax = 16;

// A date and a time with a zone, as in RFC 3339; `Date` alone would also take "1".
const dateTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)$/;

function parseDateTime(value: unknown): Date {
  const date = typeof value === "string" && dateTime.test(value) ? new Date(value) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw new GraphQLError(
      'A DateTime is a string with date, time and zone, as ISO 8601 has it: "2026-11-01T12:00:00Z".',
    );
  }
  return date;
}

builder.scalarType("DateTime", {
  description: 'A moment, ISO 8601 with its zone: "2026-11-01T12:00:00.000Z". Answers are in UTC, to the ms.',
  serialize: (date) => date.toISOString(),
  parseValue: parseDateTime,
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
});

builder.scalarType("JSON", {
  description: "Any JSON value. The argument that takes one says which.",
  serialize: (value) => value,
  parseValue: checkDepth,
  parseLiteral: (node, variables) => checkDepth(literal(node, variables ?? {}, 0)),
});

function checkDepth(value: unknown): unknown {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > jsonDepthMax) throw new GraphQLError(`A JSON value is nested at most ${jsonDepthMax} deep.`);
    level = level
      .filter((item): item is object => typeof item === "object" && item !== null)
      .flatMap((item) => Object.values(item));
  }
  return value;
}

function literal(
  node: ValueNode | ConstValueNode,
  variables: Record<string, unknown>,
  depth: number,
): unknown {
  if (depth > jsonDepthMax) throw new GraphQLError(`A JSON value is nested at most ${jsonDepthMax} deep.`);
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((item) => literal(item, variables, depth + 1));
    case Kind.OBJECT:
      // fromEntries defines own properties, so that a key "__proto__" stays a key.
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, literal(field.value, variables, depth + 1)]),
      );
    case Kind.VARIABLE:
      return variables[node.name.value];
  }
}
