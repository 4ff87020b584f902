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

/** Fields that bring whole things, at most so many, and have no argument for it. */
export const bulkFields: Readonly<Record<string, number>> = { stopped: limits.bulkStopMax };

/** Undefined: not a field that brings a page. */
export function itemsOf(field: FieldNode, variables: Readonly<Record<string, unknown>>): number | undefined {
  const name = field.name.value;
  const ids = name === "nodes" ? field.arguments?.find((it) => it.name.value === "ids") : undefined;
  if (ids !== undefined) return Math.min(lengthOf(ids.value, variables), limits.listPageMax);
  if (Object.hasOwn(bulkFields, name)) return bulkFields[name];
  const page = Object.hasOwn(pageFields, name) ? pageFields[name] : undefined;
  if (page === undefined) return undefined;
  const argument = field.arguments?.find((it) => page.arguments.includes(it.name.value));
  const size = argument === undefined ? page.usual : sizeOf(argument.value, variables);
  // Whatever is not a size that the field takes is refused by the field; until then it counts as the most.
  return size !== undefined && size >= 0 && size <= page.maximum ? size : page.maximum;
}

/**
 * Lists whose length no argument sets, by the field that brings them, as values of an answer: those of a design are
 * taken for the usual twenty components, the others for the most that may come.
 */
export const listFields: Readonly<Record<string, number>> = {
  components: 20,
  connections: 20,
  assumptions: 20,
  warnings: 20,
  problems: 20,
  fields: 10,
  projects: 1_000,
};

export function lengthOfList(name: string): number {
  return Object.hasOwn(listFields, name) ? (listFields[name] ?? 1) : 1;
}

/** Of a field that reads the database for each item by itself, as so many values. */
const read = 50;
/** Of a field that brings a whole document, of up to some MB. */
const document = 5_000;

/** What fields weigh beside the values that they bring. */
export const readWeights: Readonly<Record<string, number>> = {
  metrics: read,
  report: read,
  events: read,
  queue: read,
  design: read,
  totalCount: read,
  leaseExpiresAt: read,
  document,
  designDocument: document,
};

export function weightOf(name: string): number {
  return Object.hasOwn(readWeights, name) ? (readWeights[name] ?? 0) : 0;
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
