// What a subscription selects of a sample of metrics, copied from the sample's text: no number is read, and none is
// printed. Of a sample that this service has written it is, letter by letter, the JSON that executing the selection makes.
// Where a selection asks for more than there is in such a text, and of items that are no such samples, nothing is
// projected and all is executed.
import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from "graphql";
import { utf8 } from "../core/bytes.ts";
import { Literal } from "../core/literal.ts";
import { componentValues, sampleValues } from "../core/sample-text.ts";
import { WrittenSample } from "../core/written-sample.ts";
import type { DeliveredEvent } from "../feed/feed.ts";
import { lasting } from "../graphql/lasting.ts";
import { Projecting, type Step } from "./projecting.ts";
import { fieldsWithin, unconditional } from "./unconditional.ts";

/** Of such a selection; larger ones, and those beyond so many at a time, are executed. */
const mostFields = 200;
const mostProjections = 1_000;
/** The type of a sample, and that of one of its components: their fields show what is written under their names. */
const sampleType = "MetricsSampled";
const componentType = "ComponentMetrics";

export interface Projection {
  /**
   * The result for this item, JSON, and the brace that ends its message, a character for each byte of its UTF-8. Undefined: it
   * is to be executed.
   */
  rest(item: unknown): string | undefined;
  /** It is not used again. */
  release(): void;
}

/** Makes projections, each when it is asked for a sample, and bounds what they take. */
export class Projections {
  #made = 0;

  of(args: ExecutionArgs): Projection {
    // Null: there is none, now or ever.
    let made: Projecting | null | undefined;
    return {
      rest: (item) => {
        if (made === null || !isOfWrittenSample(item)) return undefined;
        made ??= this.#make(args);
        const sample = made && item.event.body.bytes;
        return sample ? made?.rest(item, sample) : undefined;
      },
      release: () => {
        if (made) this.#made -= 1;
        made = null;
      },
    };
  }

  /** Undefined: there are too many just now. */
  #make(args: ExecutionArgs): Projecting | null | undefined {
    if (this.#made >= mostProjections) return undefined;
    const made = projecting(args);
    if (made !== null) this.#made += 1;
    return made;
  }
}

type OfWrittenSample = DeliveredEvent & { readonly event: { readonly body: WrittenSample } };

function isOfWrittenSample(item: unknown): item is OfWrittenSample {
  const event = lasting(item);
  return (
    typeof event === "object" && event !== null && "body" in event && event.body instanceof WrittenSample
  );
}

/** Null: more is selected than there is in the text of a sample, or it cannot be told. */
function projecting(args: ExecutionArgs): Projecting | null {
  try {
    const document = unconditional(args);
    if (document === undefined || fieldsWithin(document, mostFields) === null) return null;
    const [root] = getOperationAST(document, args.operationName)?.selectionSet.selections ?? [];
    const type = args.schema.getType(sampleType);
    if (root?.kind !== Kind.FIELD || !isObjectType(type)) return null;
    const steps = new Steps(args.schema, document).of([root], type);
    return steps && new Projecting(new Literal(`{"data":{"${responseName(root)}":`), steps);
  } catch {
    return null;
  }
}

interface Fields {
  /** By the name in the answer, in its order. */
  readonly byName: Map<string, FieldNode[]>;
  /** Fragments that have been. */
  readonly spread: Set<string>;
}

class Steps {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode) {
    this.#schema = schema;
    for (const it of definitions) {
      if (it.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(it.name.value, it);
    }
  }

  /** What is selected, by nodes that belong together, of an object of this type; null: not only what is written. */
  of(nodes: readonly FieldNode[], type: GraphQLObjectType): readonly Step[] | null {
    const fields: Fields = { byName: new Map(), spread: new Set() };
    for (const { selectionSet } of nodes) {
      if (selectionSet !== undefined) this.#collect(selectionSet, type, fields);
    }
    const steps: Step[] = [];
    for (const [name, same] of fields.byName) {
      const step = this.#step(`${steps.length === 0 ? "{" : ","}"${name}":`, same, type);
      if (step === null) return null;
      steps.push(step);
    }
    return steps.length === 0 ? null : steps;
  }

  #step(key: string, nodes: readonly FieldNode[], type: GraphQLObjectType): Step | null {
    const name = nodes[0]?.name.value ?? "";
    if (name === "__typename") return { before: new Literal(`${key}"${type.name}"`) };
    const before = new Literal(key);
    if (type.name === componentType) return valueStep(before, componentValues, name);
    const text = texts[name];
    if (text !== undefined) return { before, text };
    if (name !== "components") return valueStep(before, sampleValues, name);
    const ofOne = this.#schema.getType(componentType);
    const ofComponents = isObjectType(ofOne) ? this.of(nodes, ofOne) : null;
    return ofComponents && { before, ofComponents };
  }

  /** As the specification has it (CollectFields, section 6.3.2), of a document without conditions. */
  #collect({ selections }: SelectionSetNode, type: GraphQLObjectType, fields: Fields): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = responseName(selection);
        const same = fields.byName.get(name);
        if (same === undefined) fields.byName.set(name, [selection]);
        else same.push(selection);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#spread(selection, fields);
      if (fragment !== undefined && this.#isOf(type, fragment.typeCondition?.name.value)) {
        this.#collect(fragment.selectionSet, type, fields);
      }
    }
  }

  /** Once: spread again and again inside of each other they would be many. */
  #spread({ name }: FragmentSpreadNode, { spread }: Fields): FragmentDefinitionNode | undefined {
    if (spread.has(name.value)) return undefined;
    spread.add(name.value);
    return this.#fragments.get(name.value);
  }

  #isOf(type: GraphQLObjectType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const abstract = this.#schema.getType(condition);
    return isAbstractType(abstract) && this.#schema.isSubType(abstract, type);
  }
}

function valueStep(before: Literal, values: readonly string[], name: string): Step | null {
  const value = values.indexOf(name);
  return value === -1 ? null : { before, value };
}

/** What every event says of itself, as JSON; null: executing tells what is wrong with it. */
const texts: Readonly<Record<string, (item: DeliveredEvent) => string | null>> = {
  simulationId: ({ event: { simulationId: id } }) =>
    typeof id === "string" ? utf8(JSON.stringify(id)) : null,
  seq: ({ event: { seq } }) => (seq === (seq | 0) ? String(seq) : null),
  at: ({ event: { at } }) => (Number.isNaN(at.getTime()) ? null : `"${at.toISOString()}"`),
  simulatedTime: ({ event: { simulatedTime } }) =>
    Number.isFinite(simulatedTime) ? JSON.stringify(simulatedTime) : null,
};

function responseName({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}
