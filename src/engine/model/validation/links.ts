import type { Breaker, Link, Retry } from "../../../gen/architech/engine/v1/engine.ts";
import { checkDist } from "./dists.ts";
import type { Lookup } from "./lookup.ts";
import { COUNT, LENGTH, type Problems, RATIO, TIME } from "./problems.ts";

const MAX_RETRIES = 1_000;
const MAX_FACTOR = 1_000;
const SIZE = { min: 0, max: 1e15 };

export function checkLink(problems: Problems, path: string, link: Link, lookup: Lookup): void {
  if (!lookup.stations.has(link.from) && !lookup.sources.has(link.from)) {
    problems.reference(`${path}.from`, `There is no station or source "${link.from}".`);
  }
  if (!lookup.stations.has(link.to)) problems.reference(`${path}.to`, `There is no station "${link.to}".`);
  if (link.latency !== undefined) checkDist(problems, `${path}.latency`, link.latency);
  problems.number(`${path}.loss_ratio`, link.lossRatio, RATIO);
  problems.number(`${path}.bandwidth_mbps`, link.bandwidthMbps, SIZE);
  problems.number(`${path}.request_bytes`, link.requestBytes, SIZE);
  problems.number(`${path}.response_bytes`, link.responseBytes, SIZE);
  problems.number(`${path}.timeout_ms`, link.timeoutMs, TIME);
  if (link.lossRatio > 0 && link.timeoutMs === 0 && !link.async) {
    const message = "Without a timeout, a caller whose message is lost waits to the end of the run.";
    problems.warning("RANGE", `${path}.loss_ratio`, message);
  }
  if (link.retry !== undefined) checkRetry(problems, `${path}.retry`, link.retry);
  if (link.breaker !== undefined) checkBreaker(problems, `${path}.breaker`, link.breaker);
  problems.number(`${path}.max_in_flight`, link.maxInFlight, COUNT);
  problems.number(`${path}.max_pending`, link.maxPending, COUNT);
  problems.number(`${path}.weight`, link.weight, { min: 0, max: 1e12 });
}

function checkBreaker(problems: Problems, path: string, breaker: Breaker): void {
  problems.number(`${path}.failure_ratio`, breaker.failureRatio, { above: 0, max: 1 });
  problems.number(`${path}.min_requests`, breaker.minRequests, COUNT);
  problems.number(`${path}.window_ms`, breaker.windowMs, LENGTH);
  problems.number(`${path}.open_ms`, breaker.openMs, TIME);
  problems.number(`${path}.half_open_probes`, breaker.halfOpenProbes, { ...COUNT, min: 1 });
}

function checkRetry(problems: Problems, path: string, retry: Retry): void {
  problems.number(`${path}.max_retries`, retry.maxRetries, { min: 0, max: MAX_RETRIES, whole: true });
  problems.number(`${path}.factor`, retry.factor, { min: retry.maxRetries > 1 ? 1 : 0, max: MAX_FACTOR });
  problems.number(`${path}.jitter_ratio`, retry.jitterRatio, RATIO);
  problems.number(`${path}.budget_ratio`, retry.budgetRatio, { min: 0, max: MAX_RETRIES });
  const baseIsGood = problems.number(`${path}.base_ms`, retry.baseMs, TIME);
  if (problems.number(`${path}.max_ms`, retry.maxMs, TIME) && baseIsGood && retry.maxMs < retry.baseMs) {
    problems.range(`${path}.max_ms`, "The longest wait is at least base_ms.");
  }
}
