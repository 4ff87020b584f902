// One GraphQL request over HTTP: guarded, identified, run by the pipeline, answered as JSON or as an event stream.
import type { IncomingMessage, ServerResponse } from "node:http";
import { ServiceError } from "../core/errors.ts";
import type { Session } from "../core/session.ts";
import { bearerOf } from "./bearer.ts";
import { limitKey } from "./client-address.ts";
import type { EventStreams } from "./event-streams.ts";
import type { IdentityAt } from "./identity-at.ts";
import type { Bounds } from "./limits.ts";
import type { OperationContext } from "./operation-context.ts";
import { type Rates, secondsOf } from "./rates.ts";
import { refuse } from "./reply.ts";
import { refusal } from "./request-guard.ts";
import { Seat } from "./seat.ts";
import { spread } from "./upgrade-admission.ts";
import type { Yoga } from "./yoga.ts";

interface GraphQLHttpOptions {
  readonly yoga: Yoga;
  readonly identityAt: IdentityAt;
  readonly rates: Rates;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly streams: EventStreams;
  readonly bounds: Bounds;
}

export function graphqlOverHttp(options: GraphQLHttpOptions) {
  const { yoga, identityAt, rates, addressOf, streams, bounds } = options;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = refusal(request, bounds);
    if (refused !== undefined) {
      return refuse(response, refused.status, refused.code, refused.message, refused.headers);
    }
    const address = addressOf(request);
    const wait = rates.wait("address", limitKey(address));
    if (wait > 0) return refuseSpent(response, wait);
    const session = await sessionOf(request, identityAt(address));
    if (session instanceof ServiceError) return refuseStranger(response, session);
    const { viewer } = session;
    const seat = new Seat();
    const context: OperationContext = { viewer, caller: { transport: "http", session, address }, seat };
    try {
      const answer = await yoga.handleNodeRequestAndResponse(request, response, context);
      if (answer.status === 413) bounds.hit("bodyBytes");
      if (context.eventStream === undefined) await send(response, answer);
      else await streams.send(response, session, context.eventStream);
    } finally {
      seat.leave();
    }
  };
}

/** The session, or why there is none. */
async function sessionOf(
  request: IncomingMessage,
  identity: ReturnType<IdentityAt>,
): Promise<Session | ServiceError> {
  try {
    return await identity.session(bearerOf(request));
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

function refuseStranger(response: ServerResponse, { code, message }: ServiceError): void {
  if (code === "UNAUTHENTICATED") refuse(response, 401, code, message, { "www-authenticate": "Bearer" });
  else refuse(response, 503, code, message, { "retry-after": String(spread()) });
}

function refuseSpent(response: ServerResponse, waitMs: number): void {
  const message = "Too many from this address failed to say who they are: wait.";
  refuse(response, 429, "RATE_LIMITED", message, { "retry-after": String(secondsOf(waitMs)) });
}

/** Said by this server, and not by the pipeline, which says them of answers in parts as if they were streamed. */
const ofConnection = new Set(["connection", "content-length", "transfer-encoding"]);

async function send(response: ServerResponse, answer: Response): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  if (response.destroyed) return;
  answer.headers.forEach((value, name) => {
    if (!ofConnection.has(name.toLowerCase())) response.setHeader(name, value);
  });
  if (!response.req.complete) response.setHeader("connection", "close");
  response.writeHead(answer.status, { "cache-control": "no-store", "content-length": body.length });
  response.end(body);
}
