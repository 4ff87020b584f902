// How many items a field may bring, by its arguments: the factor by which what is selected below it multiplies.
import { type FieldNode, Kind, type ValueNode } from "graphql";
import { limits } from "../core/limits.ts";

interface Page {
  /** The arguments that set the size. */
  readonly arguments: readonly string[];
  /** What comes when none of them is given, and the most that can be asked for. */
  readonly usual: number;
  readonly maximum: number;
}

/** The fields that bring pages, by name. A test holds this against the schema. */
export const pageFields: Readonly<Record<string, Page>> = {
  simulations: { arguments: ["first", "last"], usual: limits.listPageDefault, maximum: limits.listPageMax },
  audit: { arguments: ["first"], usual: limits.listPageDefault, maximum: limits.listPageMax },
  designs: { arguments: ["first"], usual: limits.listPageDefault, maximum: limits.listPageMax },
  events: { arguments: ["first"], usual: limits.eventPageDefault, maximum: limits.eventPageMax },
  metrics: {
    arguments: ["maxPoints"],
    usual: limits.metricPointsDefault,
    maximum: limits.metricPointsMax,
  },
};

/** Undefined: not a field that brings a page. */
export function itemsOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number | undefined {
  const name = field.name.value;
  const ids = name === "nodes" ? field.arguments?.find((it) => it.name.value === "ids") : undefined;
  if (ids !== undefined) return Math.min(lengthOf(ids.value, variables), limits.listPageMax);
  const page = Object.hasOwn(pageFields, name) ? pageFields[name] : undefined;
  if (page === undefined) return undefined;
  const argument = field.arguments?.find((it) => page.arguments.includes(it.name.value));
  const size = argument === undefined ? page.usual : sizeOf(argument.value, variables);
  // Whatever is not a size that the field takes is refused by the field; until then it counts as the most.
  return size !== undefined && size >= 0 && size <= page.maximum ? size : page.maximum;
}

/** Lists whose length is the design's: an architecture of twenty components is taken for the usual one. */
const lists: ReadonlySet<string> = new Set([
  "components",
  "connections",
  "assumptions",
  "warnings",
  "problems",
]);

export function lengthOfList(name: string): number {
  return lists.has(name) ? 20 : 1;
}

/** Fields that bring a whole document, of up to some MB, in the place of one value. */
const documents: ReadonlySet<string> = new Set(["document", "designDocument"]);

export function weightOf(name: string): number {
  return documents.has(name) ? 5_000 : 1;
}

/** Of a list; a single value is taken as a list of one. */
function lengthOf(value: ValueNode, variables: Readonly<Record<string, unknown>>): number {
  if (value.kind === Kind.LIST) return value.values.length;
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return Array.isArray(given) ? given.length : 1;
}

function sizeOf(value: ValueNode, variables: Readonly<Record<string, unknown>>): number | undefined {
  if (value.kind === Kind.INT) return Number(value.value);
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : undefined;
  return typeof given === "number" ? given : undefined;
}
