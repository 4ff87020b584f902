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
import { sizeError } from "./document-limits.ts";
import { extended, type ShapeError } from "./errors.ts";
import { serverLimits } from "./limits.ts";

interface Params {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export function operationLimits(shape: ShapeError, introspection: boolean): Plugin {
  return {
    onParse({ setParseFn, context }) {
      setParseFn((source: string, options: object) =>
        parse(source, { ...options, maxTokens: serverLimits.tokens }),
      );
      const params: Params = context.params ?? {};
      return ({ result, replaceParseResult }) => {
        if (result instanceof Error) replaceParseResult(parseError(shape(result)));
        else {
          const error = selectionError(result, params) ?? sizeError(result, params.variables ?? {});
          if (error !== undefined) replaceParseResult(badRequest(error, String(error.extensions.code)));
        }
      };
    },
    onValidate({ addValidationRule }) {
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ valid, result, setResult }) => {
        if (valid) return;
        const errors = result.slice(0, serverLimits.errorsPerAnswer).map((error: unknown) => shape(error));
        setResult(errors.map((error: GraphQLError) => badRequest(error, "GRAPHQL_VALIDATION_FAILED")));
      };
    },
  };
}

function parseError(error: GraphQLError): GraphQLError {
  return badRequest(error, "GRAPHQL_PARSE_FAILED");
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
