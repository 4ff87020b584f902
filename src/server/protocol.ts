// graphql-transport-ws over the one pipeline. What graphql-ws would do by itself with a schema (its own parsing,
// raw errors, a socket closed by a syntax error) is not used.
import type { IncomingMessage } from "node:http";
import { createSourceEventStream, type ExecutionArgs } from "graphql";
import { makeServer, type OperationResult, type Server as Protocol } from "graphql-ws";
import { correlated } from "../core/correlation.ts";
import { ServiceError } from "../core/errors.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { Session } from "../core/session.ts";
import { rightsKey, type Viewer } from "../core/viewer.ts";
import { Stream } from "../feed/stream.ts";
import { rightsTo } from "../graphql/rights.ts";
import { bearerOf } from "./bearer.ts";
import { Delivery, untilOver } from "./delivery.ts";
import { endable } from "./endable.ts";
import { formatted, formattedResult, type ShapeError } from "./errors.ts";
import type { Held } from "./held.ts";
import type { IdentityAt } from "./identity-at.ts";
import type { Bounds } from "./limits.ts";
import type { Observers } from "./observed-requests.ts";
import type { Outbox } from "./outbox.ts";
import { Renderings } from "./renderings.ts";
import type { Shared } from "./shared-subscription.ts";
import type { SocketOperations } from "./socket-operations.ts";
import type { Turn } from "./turn.ts";
import { prepare, type Ready, type Yoga } from "./yoga.ts";

/** What a socket carries beside the protocol's own state. */
export interface SocketExtra {
  /** With which it was opened. Let go when the connection is acknowledged: sockets last, and it is large. */
  request: IncomingMessage | undefined;
  readonly operations: SocketOperations;
  readonly outbox: Outbox;
  readonly turn: Turn;
  /** Where the client is. */
  readonly address: string;
  /** Of everything that it asks for. */
  readonly correlationId: string;
  /** W3C; of the connection. */
  traceparent?: unknown;
  /** Called when the connection is acknowledged. */
  readonly acknowledged: () => void;
  /** Set when the connection is acknowledged; replaced by a newer one of the same user. */
  session?: Session;
}

interface ProtocolOptions {
  readonly yoga: Yoga;
  readonly shape: ShapeError;
  readonly identityAt: IdentityAt;
  readonly isOver: Identity["isOver"];
  readonly held: Held;
  readonly bounds: Bounds;
  readonly observers: Observers;
}

export function graphqlProtocol(options: ProtocolOptions): Protocol<SocketExtra> {
  const { yoga, shape, identityAt, isOver, held, bounds, observers } = options;
  // graphql-ws hands the arguments of `onSubscribe` on as they are.
  const runs = new WeakMap<ExecutionArgs, () => OperationResult>();
  const renderings = new Renderings(shape, bounds.limits.renderingsBytes, observers.meter);

  function run(args: ExecutionArgs): OperationResult {
    const prepared = runs.get(args);
    if (prepared === undefined) throw new Error("An operation that was not prepared.");
    // What prepared it is let go: the arguments stay for as long as the operation.
    runs.delete(args);
    return prepared();
  }

  /** One more of its user's, for as long as its connection is there. */
  function admitSocket({ viewer }: Session, { socket }: IncomingMessage): void {
    const giveBack = held.socketsPerUser.take(viewer.userId);
    if (giveBack === undefined) {
      bounds.hit("socketsPerUser");
      throw new ServiceError("UNAVAILABLE", "This user has too many sockets: close one, or try again.");
    }
    socket.once("close", giveBack);
    if (socket.destroyed) giveBack();
  }

  /** Made apart: it lasts as long as the operation, and would keep whatever else its maker knows. */
  function renewing(extra: SocketExtra): (token: string) => Promise<Session> {
    return async (token) => renewed(extra, await identityAt(extra.address).session(token), isOver);
  }

  async function results({ args, run, shared }: Ready, id: string, viewer: Viewer, extra: SocketExtra) {
    if (shared !== undefined) return delivered(args, shared, id, viewer, extra);
    const { correlationId, traceparent, operations } = extra;
    const result = await correlated(correlationId, () => observers.tracer.continued(traceparent, run));
    if (!isStream(result)) return result;
    const stream = endable<Result>(result[Symbol.asyncIterator](), {
      failure: (error) => ({ errors: [shape(error)] }),
    });
    operations.attach(id, stream);
    return stream;
  }

  async function delivered(
    args: ExecutionArgs,
    shared: Shared,
    id: string,
    viewer: Viewer,
    extra: SocketExtra,
  ) {
    const { outbox, turn, operations, correlationId } = extra;
    const shapeHere: ShapeError = (error) => correlated(correlationId, () => shape(error));
    const items = await createSourceEventStream(args);
    if (!isStream(items)) {
      return { ...items, ...(items.errors === undefined ? {} : { errors: items.errors.map(shapeHere) }) };
    }
    if (!(items instanceof Stream)) throw new Error("Shared items that cannot be pulled.");
    const delivery = new Delivery({
      id,
      source: items.takeOver(),
      outbox,
      turn,
      join: (item) => renderings.join(shared, rightsTo(viewer, item), args),
      context: args.contextValue,
      shape: shapeHere,
    });
    operations.attach(id, delivery);
    return untilOver(delivery);
  }

  return makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: bounds.limits.initWaitMs,
    async onConnect({ extra, connectionParams }) {
      const { request, address } = extra;
      if (request === undefined) throw new Error("A connection that was acknowledged before.");
      const session = await identityAt(address).session(bearerOf(request, connectionParams ?? {}));
      // From here on it is ended with the others; until here nobody knew of it.
      if (isOver(session)) throw ended();
      extra.session = session;
      admitSocket(session, request);
      extra.traceparent = connectionParams?.traceparent ?? request.headers.traceparent;
      extra.request = undefined;
      extra.acknowledged();
      return true;
    },
    async onSubscribe({ extra }, id, payload) {
      const { session, address, operations } = extra;
      if (session === undefined) throw new Error("A subscribe before the acknowledgement.");
      if (isOver(session)) throw ended();
      const caller = { transport: "websocket", address, session, renew: renewing(extra) } as const;
      const asker = { viewer: viewerOn(extra, session), caller, seat: operations.seat(id) };
      const prepared = await prepare(yoga, shape, asker, payload);
      if (prepared.kind === "refused") return prepared.errors;
      runs.set(prepared.args, () => results(prepared, id, session.viewer, extra));
      return prepared.args;
    },
    execute: run,
    subscribe: run,
    onNext: (_ctx, _id, _payload, _args, result) => formattedResult(result),
    onError: (_ctx, _id, _payload, errors) => errors.map(formatted),
  });
}

/**
 * A newer token in the place of the connection's. Its subscriptions go on under the rights with which they began, so
 * the rights must be the same; whose have changed connects anew, and resumes.
 */
function renewed(extra: SocketExtra, session: Session, isOver: Identity["isOver"]): Session {
  const before = extra.session;
  if (isOver(session)) throw ended();
  if (before === undefined || session.viewer.userId !== before.viewer.userId) {
    throw new ServiceError("BAD_INPUT", "The token is another user's: open a connection of its own for it.", {
      path: "token",
    });
  }
  if (rightsKey(session.viewer) !== rightsKey(before.viewer)) {
    throw new ServiceError(
      "BAD_INPUT",
      "The token gives other rights than before: connect anew with it, and resume.",
      {
        path: "token",
      },
    );
  }
  // Of two renewals at once the one that lasts longer stays, whichever is checked first.
  if (session.expiresAt > before.expiresAt) extra.session = session;
  return extra.session ?? session;
}

/** The viewer, whose credential is the newest of the connection for as long as the operation lasts. */
function viewerOn(extra: SocketExtra, { viewer: { authorization: _, ...viewer } }: Session): Viewer {
  return {
    ...viewer,
    get authorization() {
      return extra.session?.viewer.authorization;
    },
  };
}

function ended(): ServiceError {
  return new ServiceError("UNAUTHENTICATED", "The session is over: sign in again.");
}

/** A single result, in the types of graphql-ws. */
type Result = Exclude<Awaited<OperationResult>, AsyncIterable<unknown>>;

function isStream<T>(result: AsyncIterable<T> | object): result is AsyncIterable<T> {
  return Symbol.asyncIterator in result;
}
