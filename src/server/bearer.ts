// What a client shows to say who it is: the bearer token of its Authorization header (RFC 6750), or of the parameters
// with which it opens a socket, where browsers cannot set headers: { authorization: "Bearer …" }.
import type { IncomingMessage } from "node:http";

/** Undefined: it shows nothing that could be a token. */
export function bearerOf(
  request: IncomingMessage,
  connectionParams: Readonly<Record<string, unknown>> = {},
): string | undefined {
  return tokenIn(authorization(connectionParams)) ?? tokenIn(request.headers.authorization);
}

function authorization(params: Readonly<Record<string, unknown>>): unknown {
  const name = Object.keys(params).find((key) => key.toLowerCase() === "authorization");
  return name === undefined ? undefined : params[name];
}

function tokenIn(header: unknown): string | undefined {
  if (typeof header !== "string") return undefined;
  const [scheme = "", token = "", ...more] = header.trim().split(/\s+/);
  const isToken = scheme.toLowerCase() === "bearer" && token !== "" && more.length === 0;
  return isToken ? token : undefined;
}
