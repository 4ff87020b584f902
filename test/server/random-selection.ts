// Random documents over the items of `simulationEvents`: what a client may select of them without looking beyond.
import fc from "fast-check";
import { getNamedType, isAbstractType, isInterfaceType, isObjectType } from "graphql";
import { schema } from "../../src/graphql/schema.ts";

export interface RandomDocument {
  readonly text: string;
  readonly variables: { readonly yes: boolean; readonly no: boolean };
}

/** A drawn number below `most`. */
type Draw = (most: number) => number;

const deepest = 4;

export const randomDocument: fc.Arbitrary<RandomDocument> = fc
  .record({
    tape: fc.array(fc.nat(1_000_000), { minLength: 40, maxLength: 200 }),
    conditions: fc.boolean(),
    yes: fc.boolean(),
    no: fc.boolean(),
  })
  .map(({ tape, conditions, yes, no }) => ({ text: documentOf(tape, conditions), variables: { yes, no } }));

/** `conditions`: with `@include` and `@skip`. */
function documentOf(tape: readonly number[], conditions: boolean): string {
  let at = 0;
  const draw: Draw = (most) => (tape[at++ % tape.length] ?? 0) % most;
  const fragments: string[] = [];
  const condition = conditions ? () => conditionOf(draw) : () => "";
  const selection = selectionOf("SimulationEvent", { draw, condition, fragments }, deepest);
  // All variables are used somewhere, or the document would not be valid.
  const used = conditions ? "a: __typename @include(if: $yes) b: __typename @skip(if: $no)" : "";
  const variables = conditions ? ", $yes: Boolean!, $no: Boolean!" : "";
  const name = draw(4) === 0 ? "renamed: " : "";
  return `subscription ($id: ID!${variables}) {
    ${name}simulationEvents(simulationId: $id) { ${used} ${selection} } } ${fragments.join(" ")}`;
}

interface Making {
  readonly draw: Draw;
  /** A directive, or nothing. */
  readonly condition: () => string;
  readonly fragments: string[];
}

function selectionOf(typeName: string, making: Making, depth: number): string {
  const { draw, condition, fragments } = making;
  const type = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) return "__typename";
  const fields = Object.values(type.getFields()).filter(
    (field) => field.args.length === 0 && field.extensions.beyondSnapshot !== true,
  );
  const parts: string[] = ["__typename"];
  for (let left = 1 + draw(5); left > 0; left -= 1) {
    const field = fields[draw(fields.length)];
    if (field === undefined) continue;
    const named = getNamedType(field.type);
    if (isObjectType(named) || isAbstractType(named)) {
      if (depth === 0) continue;
      // Aliases that tell where they stand: two that clash would not be valid.
      const alias = `${field.name}_${typeName}_${depth}_${fragments.length}_${parts.length}`;
      parts.push(`${alias}: ${field.name}${condition()} { ${selectionOf(named.name, making, depth - 1)} }`);
    } else {
      const alias = draw(5) === 0 ? `${field.name}_${typeName}: ` : "";
      parts.push(`${alias}${field.name}${condition()}`);
    }
  }
  if (isInterfaceType(type) && depth > 0) {
    for (const possible of schema.getPossibleTypes(type)) {
      if (draw(2) === 0) continue;
      const inner = selectionOf(possible.name, making, depth - 1);
      if (draw(2) === 0) {
        parts.push(`... on ${possible.name}${condition()} { ${inner} }`);
      } else {
        const name = `F${fragments.length}`;
        fragments.push(`fragment ${name} on ${possible.name} { ${inner} }`);
        parts.push(`...${name}${condition()}`);
        if (draw(4) === 0) parts.push(`...${name}${condition()}`);
      }
    }
  }
  return parts.join(" ");
}

function conditionOf(draw: Draw): string {
  const [which, variable] = [draw(6), draw(2) === 0 ? "$yes" : "$no"];
  if (which === 0) return ` @include(if: ${variable})`;
  return which === 1 ? ` @skip(if: ${variable})` : "";
}
