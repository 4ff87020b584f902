// graphql-transport-ws over the one pipeline. What graphql-ws would do by itself with a schema (its own parsing,
// raw errors, a socket closed by a syntax error) is not used.
import type { IncomingMessage } from "node:http";
import type { ExecutionArgs, ExecutionResult } from "graphql";
import { makeServer, type OperationResult, type Server as Protocol } from "graphql-ws";
import type { Viewer } from "../core/viewer.ts";
import { endable } from "./endable.ts";
import { formatted, formattedResult, type ShapeError } from "./errors.ts";
import { serverLimits } from "./limits.ts";
import type { Identify } from "./options.ts";
import type { SocketOperations } from "./socket-operations.ts";
import { prepare, type Yoga } from "./yoga.ts";

/** What a socket carries beside the protocol's own state. */
export interface SocketExtra {
  readonly request: IncomingMessage;
  readonly operations: SocketOperations;
  /** Set when the connection is acknowledged. */
  viewer?: Viewer;
}

interface ProtocolOptions {
  readonly yoga: Yoga;
  readonly shape: ShapeError;
  readonly identify: Identify;
}

export function graphqlProtocol({ yoga, shape, identify }: ProtocolOptions): Protocol<SocketExtra> {
  // graphql-ws hands the arguments of `onSubscribe` on as they are.
  const runs = new WeakMap<ExecutionArgs, () => OperationResult>();

  function run(args: ExecutionArgs): OperationResult {
    const prepared = runs.get(args);
    if (prepared === undefined) throw new Error("An operation that was not prepared.");
    return prepared();
  }

  return makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: serverLimits.initWaitMs,
    async onConnect({ extra, connectionParams }) {
      const { request } = extra;
      const viewer = await identify({
        transport: "websocket",
        request,
        connectionParams: connectionParams ?? {},
      });
      if (viewer === null) return false;
      extra.viewer = viewer;
      return true;
    },
    async onSubscribe({ extra }, _id, payload) {
      if (extra.viewer === undefined) throw new Error("A subscribe before the acknowledgement.");
      const prepared = await prepare(yoga, shape, extra.viewer, payload);
      if (prepared.kind === "refused") return prepared.errors;
      runs.set(prepared.args, prepared.run);
      return prepared.args;
    },
    execute: run,
    subscribe: run,
    async onOperation({ extra }, id, _payload, _args, operation) {
      const result = await operation;
      if (!isStream(result)) return undefined;
      const results = endable(result, shape);
      extra.operations.attach(id, results);
      return results;
    },
    onNext: (_ctx, _id, _payload, _args, result) => formattedResult(result),
    onError: (_ctx, _id, _payload, errors) => errors.map(formatted),
  });
}

type Stream = AsyncIterable<ExecutionResult>;

function isStream(result: Awaited<OperationResult>): result is Stream {
  return Symbol.asyncIterator in result;
}
