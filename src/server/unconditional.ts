// A document without `@include` and `@skip`: what they leave in and out is settled by the variables, once for all
// executions with the same.
import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentSpreadNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  type InlineFragmentNode,
  Kind,
  type SelectionSetNode,
  visit,
} from "graphql";

type Conditional = FieldNode | FragmentSpreadNode | InlineFragmentNode;

/** Undefined where a selection would be left with nothing, or the variables do not fit. */
export function unconditional(args: ExecutionArgs): DocumentNode | undefined {
  const operation = getOperationAST(args.document, args.operationName);
  const definitions = operation?.variableDefinitions ?? [];
  const { coerced } = getVariableValues(args.schema, definitions, args.variableValues ?? {});
  if (coerced === undefined) return undefined;
  let emptied = false;
  const settle = (node: Conditional) => (isLeftOut(node, coerced) ? null : bare(node));
  // Of several operations only this one is asked for; another's conditions are of other variables.
  const asked: DocumentNode = {
    ...args.document,
    definitions: args.document.definitions.filter(
      (it) => it === operation || it.kind === Kind.FRAGMENT_DEFINITION,
    ),
  };
  const settled = visit(asked, {
    Field: settle,
    FragmentSpread: settle,
    InlineFragment: settle,
    SelectionSet: {
      leave: ({ selections }: SelectionSetNode) => {
        if (selections.length === 0) emptied = true;
      },
    },
  });
  return emptied ? undefined : settled;
}

function isLeftOut(node: Conditional, variables: Record<string, unknown>): boolean {
  return (
    getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true ||
    getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if === false
  );
}

/** Undefined where there is nothing to change: as it is. */
function bare(node: Conditional): Conditional | undefined {
  const directives = node.directives?.filter(
    ({ name }) => name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name,
  );
  return directives?.length === node.directives?.length
    ? undefined
    : { ...node, directives: directives ?? [] };
}

/** The names under which its fields are shown, fragments spread out; null: they are more than `most`, all counted. */
export function fieldsWithin({ definitions }: DocumentNode, most: number): ReadonlySet<string> | null {
  const names = new Set<string>();
  const fragments = new Map<string, SelectionSetNode>();
  for (const it of definitions) {
    if (it.kind === Kind.FRAGMENT_DEFINITION) fragments.set(it.name.value, it.selectionSet);
  }
  let counted = 0;
  const count = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (counted > most) return;
      if (selection.kind === Kind.FIELD) {
        counted += 1;
        names.add((selection.alias ?? selection.name).value);
        if (selection.selectionSet !== undefined) count(selection.selectionSet);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        count(selection.selectionSet);
      } else {
        const spread = fragments.get(selection.name.value);
        if (spread !== undefined) count(spread);
      }
    }
  };
  for (const it of definitions) if (it.kind === Kind.OPERATION_DEFINITION) count(it.selectionSet);
  return counted > most ? null : names;
}
