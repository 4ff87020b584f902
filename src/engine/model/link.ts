import type { Link as LinkConfig } from "../../gen/architech/engine/v1/engine.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { Deadlines } from "./deadlines.ts";
import { Sampler } from "./distributions.ts";
import { LinkMeter } from "./metrics/link-meter.ts";
import { Random } from "./random.ts";
import type { Station } from "./station.ts";
import { WaitingLine } from "./waiting-line.ts";

/** A link's state while the run goes on. How calls go over it is calling.ts's business. */
export class Link {
  readonly index: number;
  readonly id: string;
  readonly config: LinkConfig;
  readonly to: Station;
  readonly meter = new LinkMeter();
  readonly latency: Sampler;
  readonly requestMs: number;
  readonly responseMs: number;
  readonly losses: Random;
  readonly faultDraws: Random;
  readonly jitter: Random;
  readonly deadlines: Deadlines;
  /** The wait before retry k, before jitter. Its length is the number of retries that a call has. */
  readonly backoffMs: readonly number[];
  readonly breaker: CircuitBreaker | undefined;
  /** Calls that wait for max_in_flight. */
  readonly pending = new WaitingLine(1, false);

  /** Logical calls under way, and those of them that hold one of max_in_flight. */
  inFlight = 0;
  permits = 0;
  /** Retries that the budget still allows; Infinity where there is none. */
  retryCredit: number;
  /** Bent by faults: messages lost, time added each way, attempts that fail at once, and so many of the next. */
  lossRatio: number;
  extraMs = 0;
  abortRatio = 0;
  failNext = 0;
  /** An event for the first deadline is in the agenda. */
  deadlineSet = false;
  /** First timeout seen; said once. */
  timeoutSeen = false;

  constructor(
    index: number,
    config: LinkConfig,
    to: Station,
    seed: number,
    underWay: (call: number, generation: number) => boolean,
  ) {
    this.index = index;
    this.id = config.id;
    this.config = config;
    this.to = to;
    this.latency = new Sampler(config.latency, new Random(seed, config.id, "link:latency"));
    this.requestMs = transferMs(config.requestBytes, config.bandwidthMbps);
    this.responseMs = transferMs(config.responseBytes, config.bandwidthMbps);
    this.lossRatio = config.lossRatio;
    this.faultDraws = new Random(seed, config.id, "link:faults");
    this.losses = new Random(seed, config.id, "link:loss");
    this.jitter = new Random(seed, config.id, "link:jitter");
    this.deadlines = new Deadlines(underWay);
    this.breaker = config.breaker && new CircuitBreaker(config.breaker);
    this.backoffMs = backoffs(config);
    this.retryCredit = (config.retry?.budgetRatio ?? 0) > 0 ? 0 : Number.POSITIVE_INFINITY;
  }
}

/** Bits over bits per ms; 0 Mbps = no limit. */
function transferMs(bytes: number, bandwidthMbps: number): number {
  return bandwidthMbps > 0 ? (bytes * 8) / (bandwidthMbps * 1_000) : 0;
}

/** min(max_ms, base_ms x factor^k) for k = 0, 1, …; by multiplication, which is the same on every machine. */
function backoffs(config: LinkConfig): number[] {
  const retry = config.retry;
  if (retry === undefined) return [];
  const waits: number[] = [];
  let wait = retry.baseMs;
  for (let k = 0; k < retry.maxRetries; k++) {
    waits.push(Math.min(retry.maxMs, wait));
    wait *= retry.factor;
  }
  return waits;
}
