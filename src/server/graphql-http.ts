// One GraphQL request over HTTP: guarded, identified, run by the pipeline, answered as JSON or as an event stream.
import type { IncomingMessage, ServerResponse } from "node:http";
import { ServiceError } from "../core/errors.ts";
import type { Viewer } from "../core/viewer.ts";
import type { EventStreams } from "./event-streams.ts";
import type { Bounds } from "./limits.ts";
import type { Identify } from "./options.ts";
import { refuse } from "./reply.ts";
import { refusal } from "./request-guard.ts";
import type { OperationContext, Yoga } from "./yoga.ts";

interface GraphQLHttpOptions {
  readonly yoga: Yoga;
  readonly identify: Identify;
  readonly streams: EventStreams;
  readonly bounds: Bounds;
}

export function graphqlOverHttp({ yoga, identify, streams, bounds }: GraphQLHttpOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refused = refusal(request, bounds);
    if (refused !== undefined) {
      return refuse(response, refused.status, refused.code, refused.message, refused.headers);
    }
    const viewer = await viewerOf(request, identify);
    if (viewer instanceof ServiceError) {
      return refuse(response, 503, viewer.code, viewer.message, { "retry-after": "1" });
    }
    if (viewer === null) {
      return refuse(response, 401, "UNAUTHENTICATED", "Say who you are: send an Authorization header.", {
        "www-authenticate": "Bearer",
      });
    }
    const context: OperationContext = { viewer };
    const answer = await yoga.handleNodeRequestAndResponse(request, response, context);
    if (context.eventStream === undefined) await send(response, answer);
    else await streams.send(response, context.eventStream);
  };
}

async function viewerOf(request: IncomingMessage, identify: Identify): Promise<Viewer | null | ServiceError> {
  try {
    return await identify({ transport: "http", request });
  } catch (error) {
    if (error instanceof ServiceError && error.code === "UNAVAILABLE") return error;
    throw error;
  }
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  if (response.destroyed) return;
  answer.headers.forEach((value, name) => {
    response.setHeader(name, value);
  });
  if (!response.req.complete) response.setHeader("connection", "close");
  response.writeHead(answer.status, { "cache-control": "no-store", "content-length": body.length });
  response.end(body);
}
