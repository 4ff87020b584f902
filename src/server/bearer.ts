// What a client shows to say who it is: the bearer token of its Authorization header (RFC 6750), or of the parameters
// with which it opens a socket, where browsers cannot set headers: { authorization: "Bearer …" }.
import type { IncomingMessage } from "node:http";

/**
 * Undefined: it shows nothing that could be a token. Where the parameters say something, the header does not count; and
 * whoever says it twice, of which a proxy in between may have read the other, says nothing.
 */
export function bearerOf(
  request: IncomingMessage,
  connectionParams: Readonly<Record<string, unknown>> = {},
): string | undefined {
  const inParams = Object.keys(connectionParams).filter((key) => key.toLowerCase() === "authorization");
  if (inParams.length > 0) return tokenIn(inParams.map((name) => connectionParams[name]));
  return tokenIn(request.headersDistinct.authorization ?? []);
}

function tokenIn([header, ...others]: readonly unknown[]): string | undefined {
  if (others.length > 0) return undefined;
  if (typeof header !== "string") return undefined;
  const [scheme = "", token = "", ...more] = header.trim().split(/\s+/);
  const isToken = scheme.toLowerCase() === "bearer" && token !== "" && more.length === 0;
  return isToken ? token : undefined;
}
