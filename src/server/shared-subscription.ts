// Which subscriptions see the same of an item, so that it is rendered once for all of them. The root field says
// that its items come to every subscriber as the same objects; then what a subscriber gets depends on the
// selection alone, unless a selected field looks beyond the item (it says so too). Arguments of the root field
// steer what is delivered, not how it looks.
import { createHash } from "node:crypto";
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  OperationTypeNode,
  print,
  TypeInfo,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { lasting } from "../graphql/lasting.ts";

interface Selection {
  /** The text of all that is selected. */
  readonly text: string;
  /** The variables that it uses, and how all of the operation are declared. */
  readonly variables: readonly string[];
  readonly definitions: readonly VariableDefinitionNode[];
  /** Whether it shows of an item what is not lasting. */
  readonly ofSnapshot: boolean;
}

export interface Shared {
  /** The same for subscriptions that see the same of every item. */
  readonly key: string;
  /**
   * Of an item, what they see: it looks the same as long as this is the same object. Undefined: no other subscription
   * is given this item.
   */
  readonly seen: (item: unknown) => unknown;
}

/** Documents are parsed once and kept for as long as they are in use; so is what is known of them. */
const selections = new WeakMap<DocumentNode, Map<string, Selection | undefined>>();

/** What a subscription sees together with others; undefined: it sees its own. `document` must be valid. */
export function sharedWay(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
  variables: Readonly<Record<string, unknown>>,
): Shared | undefined {
  const known = selections.get(document) ?? new Map<string, Selection | undefined>();
  selections.set(document, known);
  const name = operationName ?? "";
  if (!known.has(name)) known.set(name, sharedSelection(schema, document, operationName));
  const selection = known.get(name);
  if (selection === undefined) return undefined;
  // As they are where they were left out, too: documents may differ in what that means.
  const { coerced } = getVariableValues(schema, selection.definitions, variables);
  if (coerced === undefined) return undefined;
  const used = selection.variables.map((variable) => coerced[variable]);
  if (used.some((value) => value === undefined || value === null)) return undefined;
  const key = createHash("sha256").update(selection.text).update(JSON.stringify(used)).digest("base64");
  return { key, seen: selection.ofSnapshot ? whole : lasting };
}

function sharedSelection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
): Selection | undefined {
  const root = rootField(document, operationName);
  const field = root && schema.getSubscriptionType()?.getFields()[root.name.value];
  if (root === undefined || field?.extensions.sharedItems !== true) return undefined;
  const fragments = document.definitions.filter((it) => it.kind === Kind.FRAGMENT_DEFINITION);
  // Without its arguments: they are not part of how an item looks.
  const bare: FieldNode = { ...root, arguments: [] };
  const selected: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operationOf(bare), ...fragments] };
  const variables = new Set<string>();
  let beyond = false;
  let ofSnapshot = false;
  const types = new TypeInfo(schema);
  visit(
    selected,
    visitWithTypeInfo(types, {
      Variable: ({ name }) => {
        variables.add(name.value);
      },
      Field: () => {
        const extensions = types.getFieldDef()?.extensions;
        if (extensions?.beyondSnapshot === true) beyond = true;
        if (extensions?.ofSnapshot === true) ofSnapshot = true;
      },
    }),
  );
  if (beyond) return undefined;
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  return { text: print(selected), variables: [...variables].sort(), definitions, ofSnapshot };
}

/** The whole item, where there is an event in it: words about a stream are said to one subscriber. */
const whole = (item: unknown) => (lasting(item) === undefined ? undefined : item);

function rootField(document: DocumentNode, operationName: string | null): FieldNode | undefined {
  const [only, ...others] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  return only?.kind === Kind.FIELD && others.length === 0 ? only : undefined;
}

function operationOf(field: FieldNode) {
  return {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.SUBSCRIPTION,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  } as const;
}
