// The port of Prometheus: on an address of its own, so that what serves the public never serves this.
import { createServer } from "node:http";
import type { Log } from "../core/ports/log.ts";
import type { PrometheusMeter } from "./prometheus.ts";

export interface MetricsServer {
  /** http://host:port/metrics */
  readonly url: string;
  /** Closes at once. Idempotent. */
  close(): Promise<void>;
}

interface MetricsServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly meter: PrometheusMeter;
  readonly log: Log;
}

/** Requests under way at once: a scrape costs some ms, and nobody needs many. */
const mostConnections = 20;
const requestTimeoutMs = 10_000;

/** Listens when the promise resolves. Rejects when the address cannot be listened on. */
export async function startMetricsServer({
  host,
  port,
  meter,
  log,
}: MetricsServerOptions): Promise<MetricsServer> {
  const http = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    const path = (request.url ?? "").split("?")[0];
    const answer = (status: number, text: string, contentType = "text/plain; charset=utf-8") =>
      response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" }).end(text);
    if (path !== "/metrics" && path !== "/healthz") return void answer(404, "The metrics are at /metrics.\n");
    if (request.method !== "GET" && request.method !== "HEAD") return void answer(405, "Send a GET.\n");
    if (path === "/healthz") return void answer(200, "ok\n");
    meter.scrape().then(
      ({ text, contentType }) => answer(200, text, contentType),
      (error: unknown) => {
        log.error({ err: error }, "A scrape failed.");
        answer(500, "The metrics could not be gathered; the log says why.\n");
      },
    );
  });
  http.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, host, () => {
      http.off("error", reject);
      resolve();
    });
  });
  const address = http.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}/metrics`,
    close() {
      closed ??= new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
      return closed;
    },
  };
}
