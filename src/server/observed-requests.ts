// Each HTTP request with an id that its answer names and its lines of the log carry, counted by what became of it.
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { correlated, correlationIdFrom } from "../core/correlation.ts";
import type { LabelsOf } from "../core/metrics.ts";
import type { Meter } from "../core/ports/meter.ts";
import type { Tracer } from "../core/ports/tracer.ts";

export interface Observers {
  readonly meter: Meter;
  readonly tracer: Tracer;
}

/** The id is the client's `x-request-id`, where it is well-formed; the trace, that of its `traceparent`. */
export function observedRequests(
  { meter, tracer }: Observers,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): RequestListener {
  let open = 0;
  meter.gauge("simulations_http_requests_open", {}, () => open);
  return (request, response) => {
    open += 1;
    const id = correlationIdFrom(request.headers["x-request-id"]);
    response.setHeader("x-request-id", id);
    response.once("close", () => {
      open -= 1;
      meter.count("simulations_http_requests_total", { status: statusClass(response) });
    });
    correlated(id, () => tracer.continued(request.headers.traceparent, () => answer(request, response)));
  };
}

function statusClass(response: ServerResponse): LabelsOf<"simulations_http_requests_total">["status"] {
  if (!response.writableFinished) return "aborted";
  const { statusCode } = response;
  if (statusCode < 300) return "2xx";
  if (statusCode < 400) return "3xx";
  return statusCode < 500 ? "4xx" : "5xx";
}
