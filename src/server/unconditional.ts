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
  const settled = visit(args.document, {
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
