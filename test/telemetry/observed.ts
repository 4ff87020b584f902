// The real program with its metrics and its traces on, and a collector for the traces.
import { createServer } from "node:http";
import { freePort } from "../support/free-port.ts";
import { send } from "../support/http.ts";
import {
  endServices,
  type ServiceProcess,
  startService,
  withDataFolder,
} from "../support/service-process.ts";

/** A span as OTLP says it in JSON. */
export interface SeenSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

export interface Collector {
  readonly endpoint: string;
  readonly spans: SeenSpan[];
  /** Resolves with the spans for which the condition holds, when there is one. */
  until(holds: (span: SeenSpan) => boolean): Promise<readonly SeenSpan[]>;
  close(): Promise<void>;
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly SeenSpan[] }[];
  }[];
}

export async function startCollector(): Promise<Collector> {
  const spans: SeenSpan[] = [];
  let watchers: (() => void)[] = [];
  const http = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const exported: Exported = JSON.parse(body);
      for (const { scopeSpans } of exported.resourceSpans)
        spans.push(...scopeSpans.flatMap((it) => it.spans));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
      const woken = watchers;
      watchers = [];
      for (const wake of woken) wake();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("The collector has no address.");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    spans,
    async until(holds) {
      while (!spans.some(holds)) await new Promise<void>((resolve) => watchers.push(resolve));
      return spans.filter(holds);
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

export interface ObservedService extends ServiceProcess {
  readonly metricsUrl: string;
  scrape(): Promise<string>;
}

/** Runs while the work does. */
export async function withObservedService(
  env: Record<string, string>,
  work: (service: ObservedService) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const metricsUrl = `http://127.0.0.1:${port}/metrics`;
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir, env: { METRICS_PORT: String(port), ...env } });
    try {
      await work({ ...service, metricsUrl, scrape: async () => (await send(metricsUrl)).text });
      service.kill("SIGTERM");
      await service.exited;
    } finally {
      await endServices();
    }
  });
}

/** The value of a series of a scrape; labels as Prometheus writes them, `{stage="stored"}`. */
export function sampleOf(scrape: string, series: string): number {
  const line = scrape.split("\n").find((one) => one.startsWith(`${series} `));
  if (line === undefined) throw new Error(`The scrape has no ${series}.`);
  return Number(line.slice(series.length + 1));
}
