// GraphQL documents: grown from the schema, with wrong turns; the shapes that attacks have; and valid ones, mutated.
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from "graphql";
import { schema } from "../../../src/graphql/schema.ts";
import type { Tape } from "./tape.ts";
import { hostileJson, hostileNumber, hostileText, longText } from "./texts.ts";

/** What is started at all is small, and nothing stops what others have started. */
const fixedArguments: Readonly<Record<string, string>> = {
  startSimulation: `input: { designId: "mm1", duration: 1, speed: 0 }`,
  stopSimulations: `filter: { designIds: ["no-such-design"] }`,
};

export function hostileDocument(tape: Tape): string {
  switch (tape.below(6)) {
    case 0:
    case 1:
    case 2:
      return grown(tape);
    case 3:
      return attack(tape);
    default:
      return mutated(tape);
  }
}

function grown(tape: Tape): string {
  const kind = tape.pick([
    "query",
    "query",
    "query",
    "mutation",
    "subscription",
    "fragment",
    "qurey",
  ] as const);
  const type =
    kind === "mutation"
      ? schema.getMutationType()
      : kind === "subscription"
        ? schema.getSubscriptionType()
        : schema.getQueryType();
  const name = tape.chance(20) ? " Named" : "";
  const variables = tape.chance(30)
    ? `($a: ${tape.pick(["Int", "ID!", "[ID!]!", "JSON", "SimulationFilter", "NoSuch", "Int!! "])} = ${literal(tape, 2)})`
    : "";
  const directive = tape.chance(10)
    ? ` @${tape.pick(["skip(if: true)", "include", "defer", "stream", "x"])}`
    : "";
  const definitions = tape.chance(20) ? fragments(tape) : "";
  return `${kind}${name}${variables}${directive} ${selection(tape, type?.name ?? "", 5)} ${definitions}`;
}

function selection(tape: Tape, typeName: string, depth: number): string {
  const type = schema.getType(typeName);
  const parts: string[] = ["__typename"];
  if (isUnionType(type) || isInterfaceType(type)) {
    for (const one of schema.getPossibleTypes(type))
      if (tape.chance(30)) parts.push(`... on ${one.name} ${selection(tape, one.name, depth - 1)}`);
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    const fields = Object.values(type.getFields());
    const [first] = fields;
    if (first !== undefined)
      parts.push(...tape.many(4, () => field(tape, tape.pick([first, ...fields]), depth)));
  }
  if (tape.chance(6)) parts.push("...F");
  if (tape.chance(4))
    parts.push(tape.pick(["noSuchField", "__schema { types { name } }", "...", "$a", "{}"]));
  return `{ ${parts.join(" ")} }`;
}

function field(tape: Tape, { name, args, type }: GraphQLField<unknown, unknown>, depth: number): string {
  const alias = tape.chance(15) ? `${tape.pick(["a", "b", "__proto__", "constructor", "é"])}: ` : "";
  const fixed = fixedArguments[name];
  const given = args.filter((one) => isNonNullType(one.type) || tape.chance(40));
  const list = fixed ?? given.map((one) => argument(tape, one)).join(tape.pick([", ", " "]));
  const directive = tape.chance(5)
    ? ` @${tape.pick(["skip(if: false)", "include(if: $a)", "skip", "no"])}`
    : "";
  const named = getNamedType(type);
  const leaf = !("getFields" in named) && !isUnionType(named);
  const below = leaf || depth <= 0 ? "" : ` ${selection(tape, named.name, depth - 1)}`;
  return `${alias}${name}${list === "" ? "" : `(${list})`}${directive}${below}`;
}

function argument(tape: Tape, { name, type }: GraphQLArgument | GraphQLInputField): string {
  return `${name}: ${tape.chance(75) ? fitting(tape, type, 3) : literal(tape, 2)}`;
}

/** A literal that may fit the type; numbers and texts of it are hostile all the same. */
function fitting(tape: Tape, type: GraphQLInputType, depth: number): string {
  if (isNonNullType(type)) return fitting(tape, type.ofType, depth);
  if (tape.chance(5)) return tape.pick(["null", "$a", "$b"]);
  if (isListType(type)) return `[${tape.many(4, () => fitting(tape, type.ofType, depth - 1)).join(", ")}]`;
  if (isEnumType(type)) return type.getValues()[tape.below(type.getValues().length)]?.name ?? "NONE";
  if (isInputObjectType(type)) {
    if (depth <= 0) return "{}";
    const fields = Object.values(type.getFields()).filter(
      (one) => isNonNullType(one.type) || tape.chance(25),
    );
    return `{ ${fields.map((one) => argument(tape, one)).join(", ")} }`;
  }
  switch (type.name) {
    case "Int":
    case "Float":
      return hostileNumber(tape);
    case "Boolean":
      return tape.pick(["true", "false"]);
    case "JSON":
      return literal(tape, depth);
    default:
      return JSON.stringify(hostileText(tape));
  }
}

function literal(tape: Tape, depth: number): string {
  switch (tape.below(depth > 0 ? 9 : 6)) {
    case 0:
      return JSON.stringify(hostileText(tape));
    case 1:
      return hostileNumber(tape);
    case 2:
      return tape.pick(["true", "null", "NO_SUCH_ENUM", "$a", "$undefined", '""', '"""\n block \\""" """']);
    case 3:
      return tape.pick([
        '"\\ud800"',
        '"\\u{110000}"',
        '"\\u{d83d}"',
        '"unended',
        "0x1F",
        "00",
        "1.",
        ".5",
        "- 1",
      ]);
    case 4:
      return "{ __proto__: 1, constructor: { prototype: 2 } }";
    case 5:
      return "[]";
    case 6:
      return `[${tape.many(5, () => literal(tape, depth - 1)).join(", ")}]`;
    default:
      return `{ ${tape.many(3, () => `${tape.pick(["a", "__proto__", "designId", "first"])}: ${literal(tape, depth - 1)}`).join(", ")} }`;
  }
}

function fragments(tape: Tape): string {
  return tape.pick([
    "fragment F on Query { ...F }",
    "fragment F on Query { ...G } fragment G on Query { ...F }",
    "fragment F on Simulation { id } fragment F on Query { __typename }",
    "fragment on on Query { __typename }",
    "fragment F on NoSuch { a } fragment Unused on Query { __typename }",
    "fragment F on Query @skip(if: true) { ... on Query { ... on Query { ...F } } }",
  ]);
}

const times = (count: number, text: string | ((index: number) => string)) =>
  Array.from({ length: count }, (_, index) => (typeof text === "string" ? text : text(index))).join(" ");

function attack(tape: Tape): string {
  const count = tape.pick([3, 30, 61, 300, 3_000] as const);
  switch (tape.below(12)) {
    case 0:
      return `{ ${times(count, (i) => `a${i}: __typename`)} }`;
    case 1:
      return `${"{ simulations { edges { node ".repeat(Math.min(count, 300))}`;
    case 2:
      return `{ ${"... on Query { ".repeat(Math.min(count, 300))} __typename ${"} ".repeat(Math.min(count, 300))} }`;
    case 3:
      return `{ ...F0 } ${times(Math.min(count, 300), (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)}`;
    case 4:
      return `{ __typename ${times(count, "@include(if: true)")} }`;
    case 5:
      return `{ simulations(first: ${hostileNumber(tape)}) { edges { node { events(first: 200) { edges { node { seq } } } } } } }`;
    case 6:
      return `{ __schema { types { fields { type ${"{ ofType ".repeat(Math.min(count, 100))} { name } ${"} ".repeat(Math.min(count, 100))} } } } }`;
    case 7:
      return `{ ${longText}: __typename ${longText} }`;
    case 8:
      return `{ nodes(ids: [${times(count, '"x"')}]) { id } }`;
    case 9:
      return `query ${times(count, (i) => `Q${i} { __typename } query`)} Last { __typename }`;
    case 10:
      return `query (${times(count, (i) => `$v${i}: Int = ${i}`)}) { __typename }`;
    default:
      return `${"#".repeat(count)}\n{ design(id: "${"\\u0041".repeat(count)}") { id } }`;
  }
}

const valid = [
  "{ __typename }",
  "query Q($n: Int = 5) { simulations(first: $n) { totalCount edges { cursor node { id status labels } } pageInfo { hasNextPage } } }",
  `{ design(id: "mm1") { id name } designs(first: 2) { edges { node { id } } } }`,
  `{ simulation(id: "01a20c7b-ed2d-7059-9d50-8312ac909b0c") { id events(first: 3) { edges { node { seq } } } } }`,
  `mutation { pauseSimulation(id: "x") { __typename ... on Error { code message } } }`,
  `mutation { setSimulationSpeed(id: "x", speed: 1.5) { __typename } }`,
  `subscription { simulationEvents(simulationId: "x", after: 0, maxRate: 1) { seq __typename } }`,
  "subscription { simulationUpdates(filter: { mine: true }) { __typename } }",
  "{ __schema { queryType { name fields { name args { name type { name } } } } } }",
] as const;

const bits = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  "!",
  ":",
  "$",
  "@",
  "...",
  '"',
  '"""',
  "\\",
  "&",
  "|",
  "#",
  "\0",
  "\ufeff",
  "é",
  "😀",
  "on",
  "null",
  "-",
] as const;

/** One of the valid ones, with pieces taken out, put in, doubled or swapped. */
function mutated(tape: Tape): string {
  let text: string = tape.pick(valid);
  for (let left = tape.below(4); left >= 0; left -= 1) {
    const at = tape.below(text.length + 1);
    const length = tape.below(12);
    const insert = tape.pick([tape.pick(bits), hostileText(tape), hostileNumber(tape), ""]);
    text = text.slice(0, at) + insert + text.slice(tape.chance(50) ? at + length : at);
    if (tape.chance(10)) text += text.slice(at);
  }
  return text;
}

/** Variables as the text of JSON. */
export function hostileVariables(tape: Tape): string {
  if (tape.chance(40)) return hostileJson(tape);
  return `{ "n": ${hostileJson(tape, 1)}, "a": ${hostileJson(tape, 1)}, "id": ${hostileJson(tape, 1)} }`;
}
