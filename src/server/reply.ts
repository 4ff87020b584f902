import type { ServerResponse } from "node:http";

/** A short answer that no pipeline makes. */
export function reply(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(text);
}

/** A refusal in the shape in which GraphQL clients look for errors. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
) {
  // What is left of the body is not read: the connection cannot be used again.
  const close = response.req.complete ? {} : { connection: "close" };
  reply(response, status, { errors: [{ message, extensions: { code } }] }, { ...close, ...headers });
}
