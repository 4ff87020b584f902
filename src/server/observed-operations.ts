// Operations, counted and traced for every transport alike; and what they cause kept apart from what only outlives them.
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  Kind,
  OperationTypeNode,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import { uncorrelated } from "../core/correlation.ts";
import { graphqlCodes } from "../core/metric-labels.ts";
import type { LabelsOf } from "../core/metrics.ts";
import { type Meter, secondsSince } from "../core/ports/meter.ts";
import type { Observers } from "./observed-requests.ts";

export function observedOperations({ meter, tracer }: Observers): Plugin {
  async function observed(args: ExecutionArgs, execute: (args: ExecutionArgs) => unknown): Promise<unknown> {
    const { kind, field } = shapeOf(args.document, args.operationName);
    const begunAt = performance.now();
    try {
      const work = async () => execute(args);
      const result = await tracer.span(`graphql.${kind} ${field}`, { "graphql.operation.type": kind }, work);
      countMistakes(meter, result);
      return result;
    } finally {
      const of = kind === "mutation" ? "mutation" : "query";
      meter.observe("simulations_operation_seconds", { kind: of }, secondsSince(begunAt));
    }
  }

  return {
    onParse({ context }) {
      const { operationName } = context.params ?? {};
      return ({ result }) => {
        if (result instanceof Error) countError(meter, result, "GRAPHQL_PARSE_FAILED");
        else meter.count("simulations_operations_total", { kind: shapeOf(result, operationName).kind });
      };
    },
    onValidate() {
      return ({ valid, result }) => {
        if (valid) return;
        for (const error of result) countError(meter, error, "GRAPHQL_VALIDATION_FAILED");
      };
    },
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => observed(args, executeFn));
    },
    // What is begun for one subscriber, such as listening, serves others when that one has gone.
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn((args: ExecutionArgs) => uncorrelated(() => tracer.apart(() => subscribeFn(args))));
    },
  };
}

/** The root field is one of the schema's: the document is valid when it is executed. */
function shapeOf(document: DocumentNode, operationName: string | null | undefined) {
  const operation = getOperationAST(document, operationName);
  const kind = operation?.operation ?? OperationTypeNode.QUERY;
  const first = operation?.selectionSet.selections.find((selection) => selection.kind === Kind.FIELD);
  return { kind, field: first?.name.value ?? "" };
}

/** Those of the request itself, such as of its variables; others are counted where errors are shaped. */
function countMistakes(meter: Meter, result: unknown): void {
  if (typeof result !== "object" || result === null || !("errors" in result)) return;
  const { errors } = result;
  for (const error of Array.isArray(errors) ? errors : []) {
    if (error instanceof GraphQLError && error.originalError === undefined) {
      countError(meter, error, "BAD_INPUT");
    }
  }
}

type Code = LabelsOf<"simulations_graphql_errors_total">["code"];

function countError(meter: Meter, error: unknown, otherwise: Code): void {
  const said = error instanceof GraphQLError ? error.extensions.code : undefined;
  meter.count("simulations_graphql_errors_total", { code: said === undefined ? otherwise : codeLabel(said) });
}

export function codeLabel(code: unknown): Code {
  return graphqlCodes.find((known) => known === code) ?? "OTHER";
}
