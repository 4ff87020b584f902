// What GraphQL over HTTP says of requests that cannot be run, where the library's answer is another one: a request
// that is not well formed is 400 whatever is accepted; one whose variables do not fit is 400 in the modern type alone,
// as a document that does not fit is.
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { extended, type ShapeError } from "./errors.ts";

/** Yoga's own code for a request that is none. */
const malformed = "BAD_REQUEST";

export function wellFormedRequests(shape: ShapeError): Plugin {
  return {
    onParams({ params }) {
      const name: unknown = params.operationName;
      if (name === undefined || name === null || typeof name === "string") return;
      throw new GraphQLError("Give `operationName` as a string.", {
        extensions: { code: malformed, http: { status: 400 } },
      });
    },
    onExecute() {
      return {
        onExecuteDone({ result, setResult }) {
          if (!("errors" in result) || result.errors === undefined || "data" in result) return;
          const errors = result.errors.map((error) =>
            extended(shape(error), { http: { status: 400, spec: true } }),
          );
          setResult({ ...result, errors });
        },
      };
    },
    onResultProcess({ result, setResult }) {
      if (Array.isArray(result) || !("errors" in result) || result.errors === undefined) return;
      setResult({ ...result, errors: result.errors.map(whateverIsAccepted) });
    },
  };
}

/** The library lets the legacy media type say 200 of some requests that are not well formed. */
function whateverIsAccepted(error: GraphQLError): GraphQLError {
  const { code, http } = error.extensions;
  if (code !== malformed) return error;
  return extended(error, { http: { ...Object(http), spec: false } });
}
