// The plugin that bounds documents and shapes what is said of them, for every transport: they all parse and
// validate through the same pipeline.
import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  parse,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import { costOf } from "./cost.ts";
import { exceededMeasure, measured, sizeError } from "./document-limits.ts";
import { extended, type ShapeError } from "./errors.ts";
import type { Bounds } from "./limits.ts";
import type { OperationContext } from "./operation-context.ts";

interface Params {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export function operationLimits(
  shape: ShapeError,
  introspection: boolean,
  { limits, hit }: Bounds,
): Plugin<OperationContext> {
  return {
    onParse({ setParseFn, context }) {
      setParseFn((source: string, options: object) =>
        parse(source, { ...options, maxTokens: limits.tokens }),
      );
      const params: Params = context.params ?? {};
      return ({ result, replaceParseResult }) => {
        if (result instanceof Error) {
          const tooLong = tokenError(result, limits.tokens);
          if (tooLong !== undefined) hit("tokens");
          replaceParseResult(tooLong ?? parseError(shape(result)));
          return;
        }
        const measures = measured(result, params.variables ?? {});
        context.seat.cost = costOf(result, params.operationName, measures);
        const exceeded = exceededMeasure(measures, limits);
        if (exceeded !== undefined) hit(exceeded);
        const error = selectionError(result, params) ?? (exceeded && sizeError(exceeded, limits));
        if (error !== undefined) replaceParseResult(badRequest(error, String(error.extensions.code)));
      };
    },
    onValidate({ addValidationRule }) {
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ valid, result, setResult }) => {
        if (valid) return;
        const errors = result.slice(0, limits.errorsPerAnswer).map((error: unknown) => shape(error));
        setResult(errors.map((error: GraphQLError) => badRequest(error, "GRAPHQL_VALIDATION_FAILED")));
      };
    },
  };
}

function parseError(error: GraphQLError): GraphQLError {
  return badRequest(error, "GRAPHQL_PARSE_FAILED");
}

/** The library tells of too many tokens by its message alone. */
function tokenError(error: Error, maximum: number): GraphQLError | undefined {
  if (!/ more tha[nt] \d+ tokens/.test(error.message)) return undefined;
  const message = `The operation is too large. Let it have at most ${maximum} tokens.`;
  const extensions = { code: "LIMIT_EXCEEDED", limit: "tokens", maximum };
  return badRequest(new GraphQLError(message, { extensions }), extensions.code);
}

function selectionError(document: DocumentNode, { operationName }: Params): GraphQLError | undefined {
  if (getOperationAST(document, operationName)) return undefined;
  return new GraphQLError("Name the operation to run: the document has none, or several.", {
    extensions: { code: "BAD_INPUT" },
  });
}

/** With the status that GraphQL over HTTP wants for a document that cannot be run. */
function badRequest(error: GraphQLError, code: string): GraphQLError {
  return extended(error, { code, http: { status: 400, spec: true } });
}
