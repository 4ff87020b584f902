// The GraphiQL page, from this server alone: it loads nothing from elsewhere. It is several MB, so it is made once,
// when it is first asked for, and sent compressed.
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { graphiqlTabs } from "./graphiql-tabs.ts";

const headers = {
  "content-type": "text/html; charset=utf-8",
  "content-encoding": "gzip",
  "cache-control": "no-cache",
  // Of this origin, by HTTP and by WebSocket, and nothing else: 'self' covers ws: and wss: too.
  "content-security-policy":
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; font-src data:; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

let page: Promise<Buffer> | undefined;

async function render(): Promise<Buffer> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const html = renderGraphiQL({
    title: "Simulations",
    subscriptionsProtocol: "WS",
    defaultTabs: [...graphiqlTabs],
  });
  return promisify(gzip)(html);
}

/** True for a browser that wants a page rather than a result. */
export function wantsPage({ method, headers: { accept } }: IncomingMessage): boolean {
  return method === "GET" && accept?.includes("text/html") === true;
}

export async function answerGraphiql(response: ServerResponse): Promise<void> {
  page ??= render();
  const body = await page;
  response.writeHead(200, { ...headers, "content-length": body.length });
  response.end(body);
}
