import type { DesignEdge, RetryData } from "../../core/design/edges.ts";
import { echo } from "../../core/design/problem.ts";
import type { Breaker, Link, Retry } from "../../gen/architech/engine/v1/engine.ts";
import { DEFAULTS } from "./defaults.ts";
import { type Draft, waits } from "./draft.ts";
import { latencyOf } from "./latency.ts";
import type { Entry } from "./sources.ts";

/** One link for each edge between stations, and one for each way in of a source; ascending by id. */
export function linksOf(draft: Draft, entries: readonly Entry[]): Link[] {
  const between = draft.design.edges.flatMap((edge, index) => {
    if (draft.graph.nodes.get(edge.source)?.it.type === "client") return [];
    return [linkOf(edge, `edges[${index}]`, edge.id, edge.source, draft)];
  });
  const noted = new Set<string>();
  const ways = entries.flatMap((entry) => {
    const placed = draft.graph.edges.get(entry.edgeId);
    if (placed === undefined) return [];
    // Several workloads over one edge assume its numbers once.
    const quiet = noted.has(entry.edgeId);
    noted.add(entry.edgeId);
    const { length } = draft.book.list;
    const link = linkOf(placed.it, `edges[${placed.index}]`, entry.linkId, entry.sourceId, draft);
    if (quiet) draft.book.list.length = length;
    return [link];
  });
  return [...between, ...ways].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function linkOf(edge: DesignEdge, path: string, id: string, from: string, draft: Draft): Link {
  const { data } = edge;
  const of = `of edge ${echo(edge.id)}`;
  const delivers = draft.graph.nodes.get(edge.source)?.it.type === "queue";
  const async = delivers || !waits(edge);
  // Who does not wait has nothing to give up.
  const timeoutMs = async
    ? (data.timeoutMs ?? 0)
    : draft.book.take(data.timeoutMs, DEFAULTS.timeoutMs, `${path}.data.timeoutMs`, `timeout ${of}`);
  return {
    id,
    from,
    to: edge.target,
    async,
    ...latencyOf(edge, path, draft),
    lossRatio: data.lossRatio ?? 0,
    bandwidthMbps: data.bandwidthMbps ?? 0,
    requestBytes: data.requestBytes ?? 0,
    responseBytes: data.responseBytes ?? 0,
    timeoutMs,
    ...(data.retry === undefined || data.retry.maxRetries === 0
      ? {}
      : { retry: retryOf(data.retry, `${path}.data.retry`, of, draft) }),
    ...(data.circuitBreaker === undefined
      ? {}
      : { breaker: breakerOf(data.circuitBreaker, `${path}.data.circuitBreaker`, of, draft) }),
    maxInFlight: data.maxInFlight ?? 0,
    maxPending:
      data.maxInFlight === undefined
        ? 0
        : draft.book.take(
            data.maxPending,
            DEFAULTS.maxPending,
            `${path}.data.maxPending`,
            `waiting calls ${of}`,
          ),
    weight: data.weight ?? 1,
    cancelOnTimeout: data.cancelOnTimeout ?? false,
  };
}

function retryOf(data: RetryData, path: string, of: string, draft: Draft): Retry {
  const { book } = draft;
  const baseMs = book.take(data.baseMs, DEFAULTS.retryBaseMs, `${path}.baseMs`, `retry.baseMs ${of}`);
  const on = book.take<readonly ("timeout" | "error" | "rejected")[]>(
    data.on,
    DEFAULTS.retryOn,
    `${path}.on`,
    `retry.on ${of}`,
  );
  return {
    maxRetries: data.maxRetries,
    baseMs,
    factor: book.take(data.factor, DEFAULTS.retryFactor, `${path}.factor`, `retry.factor ${of}`),
    maxMs: Math.max(baseMs, book.take(data.maxMs, DEFAULTS.retryMaxMs, `${path}.maxMs`, `retry.maxMs ${of}`)),
    jitterRatio: book.take(
      data.jitterRatio,
      DEFAULTS.retryJitter,
      `${path}.jitterRatio`,
      `retry.jitterRatio ${of}`,
    ),
    onTimeout: on.includes("timeout"),
    onError: on.includes("error"),
    onReject: on.includes("rejected"),
    budgetRatio: data.budgetRatio ?? 0,
  };
}

function breakerOf(
  data: NonNullable<DesignEdge["data"]["circuitBreaker"]>,
  path: string,
  of: string,
  draft: Draft,
): Breaker {
  const take = (given: number | undefined, fallback: (typeof DEFAULTS)["breakerProbes"], field: string) =>
    draft.book.take(given, fallback, `${path}.${field}`, `circuitBreaker.${field} ${of}`);
  return {
    failureRatio: take(data.failureRatio, DEFAULTS.breakerFailureRatio, "failureRatio"),
    minRequests: take(data.minRequests, DEFAULTS.breakerMinRequests, "minRequests"),
    windowMs: take(data.windowMs, DEFAULTS.breakerWindowMs, "windowMs"),
    openMs: take(data.openMs, DEFAULTS.breakerOpenMs, "openMs"),
    halfOpenProbes: take(data.halfOpenProbes, DEFAULTS.breakerProbes, "halfOpenProbes"),
  };
}
