// Spans on their way to a collector, by OTLP over HTTP (JSON).
import { context, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

export interface ExportOptions {
  /** The base URL of a collector: spans go to /v1/traces below it. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Which replica tells. */
  readonly instance: string;
}

const queueSpans = 4_096;
const sendEveryMs = 1_000;
const sendWithinMs = 5_000;

export interface Export {
  readonly tracer: Tracer;
  /** Sends what is left. */
  shutdown(): Promise<void>;
}

export function startExport({ endpoint, serviceName, instance }: ExportOptions): Export {
  // Of the process, and without any state of ours: the first service in it sets it, and it stays.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new OTLPTraceExporter({ ...collectorAt(endpoint), timeoutMillis: sendWithinMs });
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: queueSpans,
    scheduledDelayMillis: sendEveryMs,
    exportTimeoutMillis: sendWithinMs,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ "service.name": serviceName, "service.instance.id": instance }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer("simulation-orchestration-service");
  return { tracer, shutdown: () => provider.shutdown() };
}

/** User and password of the URL go as a header. */
function collectorAt(endpoint: string): { url: string; headers: Record<string, string> } {
  const url = new URL(endpoint.endsWith("/") ? `${endpoint}v1/traces` : `${endpoint}/v1/traces`);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  if (username === "" && password === "") return { url: url.href, headers: {} };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` } };
}
