// One unary call: a promise with a deadline, an EngineError for whatever goes wrong.
import { type CallOptions, type ClientUnaryCall, Metadata, type ServiceError } from "@grpc/grpc-js";
import { TraceFlags, trace } from "@opentelemetry/api";
import { traceparentOf } from "../../core/trace-context.ts";
import { engineErrorFrom } from "./errors.ts";

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

export function call<Request, Response>(
  method: Unary<Request, Response>,
  request: Request,
  deadlineMs: number,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method(request, tracedMetadata(), { deadline: Date.now() + deadlineMs }, (error, response) => {
      if (error) reject(engineErrorFrom(error));
      else resolve(response);
    });
  });
}

/** Names the trace of the call, where there is one, for an engine that traces too. */
function tracedMetadata(): Metadata {
  const metadata = new Metadata();
  const active = trace.getActiveSpan()?.spanContext();
  if (active === undefined) return metadata;
  const { traceId, spanId, traceFlags } = active;
  const sampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  metadata.set("traceparent", traceparentOf({ traceId, spanId, sampled }));
  return metadata;
}
