// Cross-origin calls: an allow-list, no wildcard, no credentials (identity travels in a header, never a cookie).
import type { IncomingMessage, ServerResponse } from "node:http";
import type { OriginPolicy } from "./origin.ts";
import { refuse } from "./reply.ts";

const preflight = {
  "access-control-allow-methods": "GET, POST",
  "access-control-allow-headers": "authorization, content-type, x-requested-with, x-request-id",
  "access-control-max-age": "600",
};

/** Sets the headers of an allowed origin. True: answered, there is nothing more to do. */
export function answeredByCors(
  request: IncomingMessage,
  response: ServerResponse,
  policy: OriginPolicy,
): boolean {
  const { origin, host } = request.headers;
  response.setHeader("vary", "Origin");
  if (!policy.allows(origin, host)) {
    refuse(response, 403, "ORIGIN_NOT_ALLOWED", "Pages of this origin may not call this service.");
    return true;
  }
  if (origin !== undefined) response.setHeader("access-control-allow-origin", origin);
  if (request.method !== "OPTIONS") return false;
  response.writeHead(204, preflight);
  response.end();
  return true;
}
