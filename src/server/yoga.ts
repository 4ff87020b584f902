import { type ExecutionArgs, type GraphQLError, getOperationAST } from "graphql";
import type { OperationResult } from "graphql-ws";
import { createYoga, type YogaServerInstance } from "graphql-yoga";
import type { GraphQLParts } from "../graphql/context.ts";
import { schema } from "../graphql/schema.ts";
import { type AdmissionOptions, operationAdmission } from "./admission.ts";
import { createDocumentCache } from "./document-cache.ts";
import type { ShapeError } from "./errors.ts";
import { eventStreamResults } from "./event-stream-results.ts";
import { observedOperations } from "./observed-operations.ts";
import type { Observers } from "./observed-requests.ts";
import type { OperationContext } from "./operation-context.ts";
import { operationLimits } from "./operation-limits.ts";
import { type Shared, sharedWay } from "./shared-subscription.ts";
import { wellFormedRequests } from "./well-formed.ts";

export type Yoga = YogaServerInstance<OperationContext, GraphQLParts>;

interface YogaOptions extends AdmissionOptions {
  readonly parts: GraphQLParts;
  readonly shape: ShapeError;
  readonly introspection: boolean;
  readonly observers: Observers;
}

export const graphqlPath = "/graphql";

export function graphqlPipeline(options: YogaOptions): Yoga {
  const { parts, shape, introspection, bounds } = options;
  return createYoga<OperationContext, GraphQLParts>({
    schema,
    graphqlEndpoint: graphqlPath,
    context: parts,
    plugins: [
      wellFormedRequests(shape),
      operationLimits(shape, introspection, bounds),
      operationAdmission(options),
      // Sees what the others have refused.
      observedOperations(options.observers),
      eventStreamResults(),
    ],
    maskedErrors: { maskError: shape },
    maxRequestBodySize: bounds.limits.bodyBytes,
    batching: false,
    multipart: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    // Documents are kept, but no refusal of one: it may be the fault of its variables, or of the operation's name.
    parserAndValidationCache: {
      documentCache: createDocumentCache(),
      errorCache: { get: () => undefined, set: () => {} },
    },
    // What is worth a line is logged where errors are shaped.
    logging: false,
  });
}

export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

export interface Ready {
  readonly kind: "ready";
  readonly args: ExecutionArgs;
  readonly run: () => OperationResult;
  /** Of a subscription: what it sees together with others. */
  readonly shared: Shared | undefined;
}

export type Prepared = Ready | { readonly kind: "refused"; readonly errors: readonly GraphQLError[] };

/** Everything before execution, for a transport other than HTTP. Never throws. */
export async function prepare(
  yoga: Yoga,
  shape: ShapeError,
  asker: Pick<OperationContext, "viewer" | "caller" | "seat">,
  request: OperationRequest,
): Promise<Prepared> {
  try {
    const enveloped = yoga.getEnveloped({ ...asker, params: request });
    const document = enveloped.parse(request.query);
    const errors = enveloped.validate(enveloped.schema, document);
    if (errors.length > 0) return { kind: "refused", errors };
    const args = {
      schema: enveloped.schema,
      document,
      operationName: request.operationName ?? null,
      variableValues: request.variables ?? {},
      contextValue: await enveloped.contextFactory(),
    };
    if (getOperationAST(document, args.operationName)?.operation !== "subscription") {
      return { kind: "ready", args, run: () => enveloped.execute(args), shared: undefined };
    }
    const shared = sharedWay(schema, document, args.operationName, args.variableValues);
    return { kind: "ready", args, run: () => enveloped.subscribe(args), shared };
  } catch (error) {
    return { kind: "refused", errors: [shape(error)] };
  }
}
