import type { Distribution } from "../../core/design/distribution.ts";
import type { NodeType } from "../../core/design/nodes.ts";
import { DEFAULT_DURATION_MS } from "../../core/design/run.ts";
import { describeDistribution } from "./distributions.ts";

/**
 * Every number that the translation takes where the design gives none. Documented ones are the defaults of a named
 * product; the others are judgements, of the order of size that comparable tools use. docs/design-format.md
 * explains them; a run lists those that it took.
 */
export type Default<T> = {
  readonly value: T;
  readonly documented: boolean;
  /** Completes "replicas of node x: …". */
  readonly why: string;
  show(value: T): string;
};

function documented<T>(value: T, why: string, show: (value: T) => string = String): Default<T> {
  return { value, documented: true, why, show };
}

function assumed<T>(value: T, why: string, show: (value: T) => string = String): Default<T> {
  return { value, documented: false, why, show };
}

const inMs = (value: number) => `${value} ms`;
const exponential = (meanMs: number, why: string) =>
  assumed<Distribution>({ dist: "exponential", meanMs }, why, describeDistribution);

/** Types of nodes whose work and capacity have defaults. */
export type ServingType = Exclude<NodeType, "client" | "zone" | "note">;

const OWN_WORK: Record<ServingType, Default<Distribution>> = {
  service: exponential(10, "a service's work"),
  worker: exponential(10, "a worker's work"),
  function: exponential(30, "a function's work"),
  "api-gateway": exponential(1, "a gateway's work"),
  "load-balancer": exponential(0.2, "a load balancer's work"),
  cache: exponential(0.3, "a look-up"),
  cdn: exponential(5, "an answer from the edge"),
  database: exponential(3, "a query"),
  "object-store": exponential(20, "a small object"),
  queue: exponential(1, "storing a message"),
  external: assumed<Distribution>(
    { dist: "lognormal", meanMs: 80, cv: 1 },
    "a call over the internet",
    describeDistribution,
  ),
};

const SLOTS: Record<Exclude<ServingType, "external" | "function">, Default<number>> = {
  service: assumed(8, "a small pool of workers"),
  worker: assumed(8, "a small pool of workers"),
  "api-gateway": documented(1_024, "Envoy's limit of requests under way"),
  "load-balancer": documented(1_024, "Envoy's limit of requests under way"),
  cache: assumed(8, "a few threads"),
  cdn: assumed(1_024, "practically unbounded"),
  database: assumed(32, "a pool of connections"),
  "object-store": assumed(1_024, "practically unbounded"),
  queue: assumed(16, "messages stored at a time"),
};

export const DEFAULTS = {
  ownWork: OWN_WORK,
  slots: SLOTS,
  replicas: assumed(1, "one replica"),
  queueCapacity: assumed(1_024, "waiting places per replica"),
  replicaBalance: assumed<"round-robin">("round-robin", "how a request finds a replica"),
  choicePolicy: assumed<"round-robin">("round-robin", "how a load balancer chooses"),
  oneOfPolicy: "random",
  hitRatio: { cache: assumed(0.9, "a warm cache"), cdn: assumed(0.95, "a warm cache") },
  coldStartMs: assumed(300, "a cold start", inMs),
  maxInstances: assumed(1_000, "instances of a function at most"),

  scaleTarget: assumed(0.7, "utilization that the autoscaler aims at"),
  scaleStartupMs: assumed(30_000, "until a new replica serves", inMs),
  scaleIntervalMs: documented(15_000, "Kubernetes' autoscaler", inMs),
  scaleTolerance: documented(0.1, "Kubernetes' autoscaler"),
  scaleDownMs: documented(300_000, "Kubernetes' autoscaler", inMs),

  partitions: assumed(1, "one partition"),
  overflow: assumed<"reject">("reject", "a full queue rejects"),
  maxDepth: assumed(0, "no bound"),
  maxDeliveries: assumed(5, "deliveries of one message"),

  timeoutMs: documented(15_000, "Envoy's route timeout", inMs),
  sameZoneMs: assumed(0.25, "one way inside a zone", inMs),
  otherZoneMs: assumed(1, "one way between zones", inMs),

  retryBaseMs: documented(25, "Envoy's back-off", inMs),
  retryFactor: documented(2, "Envoy's back-off doubles"),
  retryMaxMs: documented(250, "Envoy's longest back-off", inMs),
  retryJitter: documented(1, "Envoy's full jitter"),
  retryOn: assumed<readonly ("timeout" | "error" | "rejected")[]>(
    ["timeout", "error", "rejected"],
    "all failures are retried",
    (kinds) => kinds.join(", "),
  ),
  breakerFailureRatio: assumed(0.5, "failures that open the breaker"),
  breakerMinRequests: assumed(20, "calls before the breaker may open"),
  breakerWindowMs: assumed(10_000, "calls that the breaker looks at", inMs),
  breakerOpenMs: assumed(30_000, "how long the breaker stays open", inMs),
  breakerProbes: assumed(3, "calls let through to try"),
  maxPending: documented(1_024, "Envoy's limit of calls that wait"),

  arrival: assumed<"poisson">("poisson", "independent users"),
  thinkTime: assumed<Distribution>(0, "users who never pause", describeDistribution),

  durationMs: assumed(DEFAULT_DURATION_MS, "a minute of simulated time", inMs),
  warmupRatio: 0.1,
  longestWarmupMs: 30_000,
  shortestSampleMs: 1_000,
  /** Samples in one run at most, where the design does not give the interval. */
  samples: 1_800,
} as const;

/** One-way latency between two regions' continents, in milliseconds. Judgements from public round-trip tables. */
const BETWEEN_CONTINENTS: Readonly<Record<string, number>> = {
  "eu us": 45,
  "ap eu": 90,
  "ap us": 75,
  "eu sa": 95,
  "sa us": 60,
  "ap sa": 150,
};
const SAME_CONTINENT_MS = 15;
const OTHER_CONTINENT_MS = 100;

/** One way between two different regions, told by the first part of their names (eu-west-1: eu). */
export function betweenRegionsMs(a: string, b: string): number {
  const [one, other] = [continent(a), continent(b)].sort();
  if (one === other) return SAME_CONTINENT_MS;
  return BETWEEN_CONTINENTS[`${one} ${other}`] ?? OTHER_CONTINENT_MS;
}

function continent(region: string): string {
  return region.split("-", 1)[0]?.toLowerCase() ?? "";
}
