// What a subscription selects of a sample of metrics, copied from the sample's text: no number is read, and none is
// printed. It is the JSON that executing the selection makes; where a selection asks for more than there is in such a
// text, and of items that are no such samples, nothing is projected and all is executed.
import {
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from "graphql";
import type { SimulationEvent } from "../core/events.ts";
import { Literal } from "../core/literal.ts";
import { componentValues, sampleValues, WrittenSample } from "../core/written-sample.ts";
import { lasting } from "../graphql/lasting.ts";
import { utf8 } from "./frame.ts";
import { Projecting, type Step } from "./projecting.ts";
import { unconditional } from "./unconditional.ts";

/** The result for this item, JSON, a character for each byte of its UTF-8. Undefined: it is to be executed. */
export type Projection = (item: unknown) => string | undefined;

/** Of what is marked as a sample (`written` in graphql/builder.ts). */
const sampleType = "MetricsSampled";

/** Undefined: whatever the item is, it is to be executed. */
export function projectionOf(args: ExecutionArgs): Projection | undefined {
  const document = unconditional(args);
  const operation = document && getOperationAST(document, args.operationName);
  const [root, ...others] = operation?.selectionSet.selections ?? [];
  const type = args.schema.getType(sampleType);
  if (document === undefined || root?.kind !== Kind.FIELD || others.length > 0 || !isObjectType(type))
    return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const it of document.definitions) {
    if (it.kind === Kind.FRAGMENT_DEFINITION) fragments.set(it.name.value, it);
  }
  const steps = new Steps(args.schema, fragments).of([root], type);
  if (steps === null) return undefined;
  const projecting = new Projecting(new Literal(`{"data":{"${responseName(root)}":`), steps);
  return (item) => {
    const event = lasting(item);
    return isOfWrittenSample(event) ? projecting.text(event, event.body) : undefined;
  };
}

type OfWrittenSample = SimulationEvent & { readonly body: WrittenSample };

function isOfWrittenSample(event: unknown): event is OfWrittenSample {
  return (
    typeof event === "object" && event !== null && "body" in event && event.body instanceof WrittenSample
  );
}

interface Fields {
  /** By the name in the answer, in its order. */
  readonly byName: Map<string, FieldNode[]>;
  /** Fragments that have been. */
  readonly spread: Set<string>;
}

class Steps {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#schema = schema;
    this.#fragments = fragments;
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
    if (type.extensions.written === "component") return valueStep(before, componentValues, name);
    if (type.extensions.written !== "sample") return null;
    const text = places[name];
    if (text !== undefined) return { before, text };
    if (name !== "components") return valueStep(before, sampleValues, name);
    const ofOne = getNamedType(type.getFields()[name]?.type);
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
const places: Readonly<Record<string, (event: SimulationEvent) => string | null>> = {
  simulationId: ({ simulationId }) => utf8(JSON.stringify(simulationId)),
  seq: ({ seq }) => (seq === (seq | 0) ? String(seq) : null),
  at: ({ at }) => (Number.isNaN(at.getTime()) ? null : `"${at.toISOString()}"`),
  simulatedTime: ({ simulatedTime }) =>
    Number.isFinite(simulatedTime) ? JSON.stringify(simulatedTime) : null,
};

function responseName({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}
