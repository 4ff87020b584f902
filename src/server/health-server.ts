// The port of a replica that does not serve the API: whether it lives, and whether it can do its work.
import { createServer } from "node:http";
import { answerHealth, answerReadiness } from "./health.ts";
import { listen } from "./listen.ts";
import type { RunningServer, ServerOptions } from "./options.ts";
import { pathOf } from "./path.ts";
import { refuse } from "./reply.ts";
import { secure } from "./security-headers.ts";

/** Listens when the promise resolves. Rejects when the address cannot be listened on. */
export async function createHealthServer({
  host,
  port,
  readiness,
}: Pick<ServerOptions, "host" | "port" | "readiness">): Promise<RunningServer> {
  let closed: Promise<void> | undefined;
  const http = createServer((request, response) => {
    secure(response);
    const path = pathOf(request);
    if (path === "/healthz") answerHealth(response);
    else if (path === "/readyz") {
      answerReadiness(response, closed !== undefined, readiness).catch(() => response.destroy());
    } else refuse(response, 404, "NOT_FOUND", "This replica drives simulations; it does not serve the API.");
  });
  const { url, address } = await listen(http, port, host);
  const close = () => {
    closed ??= new Promise((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
    return closed;
  };
  return {
    url,
    address,
    drain: close,
    close,
    endSessions: () => {},
    stats: () => ({ sockets: 0, operations: 0 }),
  };
}
