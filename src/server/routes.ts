// What is where. Health is told to everybody; the rest only under a name of this service, and to pages that may.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { correlationId as correlationIdNow } from "../core/correlation.ts";
import type { Log } from "../core/ports/log.ts";
import { answeredByCors } from "./cors.ts";
import { answerGraphiql, wantsPage } from "./graphiql.ts";
import { answerHealth, answerReadiness } from "./health.ts";
import type { Readiness, Site } from "./options.ts";
import type { OriginPolicy } from "./origin.ts";
import { pathOf } from "./path.ts";
import { refuse } from "./reply.ts";
import { secure } from "./security-headers.ts";
import { graphqlPath } from "./yoga.ts";

interface RouteOptions {
  readonly graphql: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly graphiql: boolean;
  readonly origins: OriginPolicy;
  readonly readiness: () => Promise<Readiness>;
  readonly draining: () => boolean;
  readonly site: Site | undefined;
  readonly log: Log;
}

export function routes(options: RouteOptions): RequestListener {
  return (request, response) => {
    secure(response);
    answer(options, request, response).catch((error: unknown) => failed(options.log, response, error));
  };
}

async function answer(
  options: RouteOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request);
  if (path === "/healthz") return answerHealth(response);
  if (path === "/readyz") return answerReadiness(response, options.draining(), options.readiness);
  if (!options.origins.knownHost(request.headers.host)) {
    return refuse(response, 421, "BAD_INPUT", "This service is not known under that name.");
  }
  if (options.draining()) {
    return refuse(response, 503, "UNAVAILABLE", "This replica is shutting down: ask again.", {
      connection: "close",
      "retry-after": "1",
    });
  }
  if (path === graphqlPath) return answerGraphql(options, request, response);
  if (options.site !== undefined && (await options.site(request, response))) return;
  if (path === "/" && options.graphiql) {
    response.writeHead(302, { location: graphqlPath });
    response.end();
    return;
  }
  refuse(response, 404, "NOT_FOUND", `There is nothing here; the API is at ${graphqlPath}.`);
}

async function answerGraphql(options: RouteOptions, request: IncomingMessage, response: ServerResponse) {
  if (options.graphiql && wantsPage(request)) return answerGraphiql(response);
  if (answeredByCors(request, response, options.origins)) return;
  return options.graphql(request, response);
}

function failed(log: Log, response: ServerResponse, error: unknown): void {
  const correlationId = correlationIdNow() ?? randomUUID();
  log.error({ err: error, correlationId }, "A request could not be answered.");
  if (response.headersSent) response.destroy();
  else {
    const message = `Something went wrong in the service. The log has it under the correlation id ${correlationId}.`;
    refuse(response, 500, "INTERNAL_SERVER_ERROR", message);
  }
}
