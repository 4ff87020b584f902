import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhenResult,
  type IRetryBackoffContext,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from "cockatiel";
import type { Answer } from "./http-get.ts";

/** How a Design Service in trouble is treated. Times in ms, wall time. */
export type ResilienceOptions = {
  /** One attempt, from connecting to the last byte. */
  readonly attemptMs: number;
  /** All attempts of one request, with the waits between them. */
  readonly overallMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Before the first retry; doubles. Full jitter: the wait is uniform between 0 and this. */
  readonly backoffMs: number;
  /** The longest wait, whatever Retry-After says. */
  readonly longestBackoffMs: number;
  /** Failed attempts in a row that open the circuit. */
  readonly failuresToOpen: number;
  /** How long the circuit stays open before one attempt is let through. */
  readonly openMs: number;
  /** Requests under way at once, and those that wait for their turn. */
  readonly concurrency: number;
  readonly waiting: number;
};

export const DEFAULT_RESILIENCE: ResilienceOptions = {
  attemptMs: 2_000,
  overallMs: 5_000,
  retries: 2,
  backoffMs: 100,
  longestBackoffMs: 2_000,
  failuresToOpen: 5,
  openMs: 5_000,
  concurrency: 8,
  waiting: 256,
};

/** An attempt that its caller cut short tells nothing of the service before this part of its own deadline. */
const SOONEST_VERDICT = 0.2;

class CutShort extends Error {}

export type CircuitWord = "closed" | "open" | "half-open";

export type Attempt = (signal: AbortSignal) => Promise<Answer>;

/**
 * Retry around circuit breaker around bulkhead around the attempt's deadline. Only what may differ next time is
 * retried: no connection, 429, 502 to 504. The circuit counts what the service owes to all (no connection, 5xx);
 * neither 429 nor what is wrong with one answer opens it.
 */
export function resilient(
  options: ResilienceOptions,
  circuit: (state: CircuitWord) => void = () => {},
): (attempt: Attempt, signal: AbortSignal) => Promise<Answer> {
  const retrying = retry(handleWhenResult(mayDiffer), {
    maxAttempts: options.retries,
    backoff: backoffOf(options),
  }).dangerouslyUnref();
  const breaking = circuitBreaker(handleWhenResult(isTrouble), {
    breaker: new ConsecutiveBreaker(options.failuresToOpen),
    halfOpenAfter: options.openMs,
  });
  breaking.onBreak(() => circuit("open"));
  breaking.onHalfOpen(() => circuit("half-open"));
  breaking.onReset(() => circuit("closed"));
  const policy = wrap(
    retrying,
    breaking,
    bulkhead(options.concurrency, options.waiting),
    // Cooperative: the attempt itself sees its signal and says that no answer came in time.
    timeout(options.attemptMs, TimeoutStrategy.Cooperative),
  );
  return async (attempt, signal) => {
    const deadline = deadlineOf(signal, options.overallMs);
    const judged = async (attemptSignal: AbortSignal) => {
      const begun = performance.now();
      const answer = await attempt(attemptSignal);
      const tooSoon = performance.now() - begun < options.attemptMs * SOONEST_VERDICT;
      // Thrown, it counts neither for nor against the service.
      if (deadline.signal.aborted && tooSoon) throw new CutShort();
      return answer;
    };
    try {
      // The policies' waits do not end with the signal, so the deadline is raced against them.
      return await Promise.race([
        policy.execute((context) => judged(context.signal), deadline.signal).catch(asAnswer),
        deadline.passed,
      ]);
    } finally {
      deadline.clear();
    }
  };
}

function backoffOf({ backoffMs, longestBackoffMs }: ResilienceOptions) {
  return new DelegateBackoff<IRetryBackoffContext<unknown>>(({ attempt, result }) => {
    const grown = Math.min(longestBackoffMs, backoffMs * 2 ** (attempt - 1));
    const asked = "value" in result ? retryAfterOf(result.value) : 0;
    return Math.min(longestBackoffMs, asked) + Math.random() * grown;
  });
}

function retryAfterOf(value: unknown): number {
  return typeof value === "object" && value !== null && "retryAfterMs" in value
    ? Number(value.retryAfterMs)
    : 0;
}

function mayDiffer(result: unknown): boolean {
  return isAnswer(result) && (isSilence(result) || [429, 502, 503, 504].includes(statusOf(result)));
}

function isTrouble(result: unknown): boolean {
  return isAnswer(result) && (isSilence(result) || statusOf(result) >= 500);
}

/** No answer came, or not all of it. */
function isSilence(answer: Answer): boolean {
  return answer.kind === "failed" && answer.network;
}

function statusOf(answer: Answer): number {
  return answer.kind === "status" ? answer.status : 0;
}

function isAnswer(result: unknown): result is Answer {
  return typeof result === "object" && result !== null && "kind" in result;
}

function asAnswer(error: unknown): Answer {
  if (error instanceof BrokenCircuitError)
    return failed("has failed repeatedly, and is asked again in a few seconds");
  if (error instanceof BulkheadRejectedError) return failed("has too many requests waiting");
  return failed("could not be asked");
}

/** A signal that aborts with the caller's or when the time is over, and a promise of the answer to give then. */
function deadlineOf(caller: AbortSignal, ms: number) {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const end = (reason: string) => {
    resolve(failed(reason));
    controller.abort();
  };
  const cancelled = () => end("was not waited for: the request was cancelled");
  const timer = setTimeout(() => end("gave no answer in time"), ms);
  if (caller.aborted) cancelled();
  caller.addEventListener("abort", cancelled, { once: true });
  return {
    signal: controller.signal,
    passed: promise,
    clear() {
      clearTimeout(timer);
      caller.removeEventListener("abort", cancelled);
    },
  };
}

function failed(reason: string): Answer {
  return { kind: "failed", reason, network: true };
}
