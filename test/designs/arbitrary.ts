import fc from "fast-check";
import type { Json } from "./sample.ts";

/** Random designs that are valid but for cycles and loads: nodes in layers, edges mostly forward. */

const time = fc.double({ min: 0, max: 50, noNaN: true });
const positive = fc.double({ min: 0.01, max: 50, noNaN: true });
const ratio = fc.double({ min: 0, max: 1, noNaN: true });

const distribution = fc.oneof(
  time,
  fc.record({ dist: fc.constant("exponential"), meanMs: time }),
  fc.record({
    dist: fc.constantFrom("lognormal", "gamma"),
    meanMs: positive,
    cv: fc.double({ min: 0.1, max: 3, noNaN: true }),
  }),
  fc.record({
    dist: fc.constant("hyperexponential"),
    meanMs: positive,
    cv: fc.double({ min: 1.1, max: 3, noNaN: true }),
  }),
  fc.record({ dist: fc.constant("uniform"), minMs: fc.constant(1), maxMs: positive.map((ms) => ms + 1) }),
  fc.record({
    dist: fc.constant("pareto"),
    minMs: positive,
    alpha: fc.double({ min: 1.1, max: 5, noNaN: true }),
  }),
  fc.constant({ dist: "empirical", p: [0, 0.5, 1], ms: [1, 2, 20] }),
);

const opt = { requiredKeys: [] };

const common = {
  replicas: fc.integer({ min: 1, max: 5 }),
  concurrency: fc.integer({ min: 1, max: 64 }),
  queueCapacity: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constant("unbounded")),
  discipline: fc.constantFrom("fifo", "lifo", "priority"),
  balance: fc.constantFrom("round-robin", "random", "least-request", "power-of-two", "hash", "central-queue"),
  serviceTime: distribution,
  errorRatio: ratio,
};

const stationOf: Record<string, fc.Arbitrary<Json>> = {
  service: fc.record({ ...common, callMode: fc.constantFrom("sequence", "parallel") }, opt),
  worker: fc.record(common, opt),
  database: fc.record(common, opt),
  cache: fc.record({ ...common, hitRatio: ratio, warmMs: time }, opt),
  "load-balancer": fc.record(
    { serviceTime: distribution, policy: fc.constantFrom("round-robin", "random", "least-request") },
    opt,
  ),
  "api-gateway": fc.record({ serviceTime: distribution }, opt),
  external: fc.record({ serviceTime: distribution, errorRatio: ratio }, opt),
  queue: fc.record({ serviceTime: distribution, redeliveryMs: time }, opt),
  function: fc.record({ serviceTime: distribution, startupMs: time }, opt),
};

const edgeData = fc.record(
  {
    latency: distribution,
    lossRatio: ratio,
    bandwidthMbps: positive,
    requestBytes: fc.integer({ min: 0, max: 10_000 }),
    probability: ratio,
    callsPerRequest: fc.double({ min: 0, max: 2, noNaN: true }),
    optional: fc.boolean(),
    operation: fc.constantFrom("a", "b"),
    weight: fc.double({ min: 0.1, max: 5, noNaN: true }),
    timeoutMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
    cancelOnTimeout: fc.boolean(),
    retry: fc.record(
      { maxRetries: fc.integer({ min: 0, max: 5 }), budgetRatio: ratio },
      { requiredKeys: ["maxRetries"] },
    ),
    maxInFlight: fc.integer({ min: 1, max: 100 }),
  },
  opt,
);

const FORBIDDEN = ["probability", "callsPerRequest", "optional", "operation", "weight"];

export const randomDesign: fc.Arbitrary<Json> = fc
  .record({
    nodes: fc.array(
      fc
        .constantFrom(...Object.keys(stationOf))
        .chain((type) => fc.record({ type: fc.constant(type), data: stationOf[type] ?? fc.constant({}) })),
      { minLength: 1, maxLength: 8 },
    ),
    joins: fc.array(fc.tuple(fc.nat(7), fc.nat(7), edgeData, fc.boolean()), { maxLength: 14 }),
    workloads: fc.array(
      fc.oneof(
        fc.record({ type: fc.constant("open"), startPerSec: fc.double({ min: 0, max: 50, noNaN: true }) }),
        fc.record({
          type: fc.constant("closed"),
          users: fc.integer({ min: 0, max: 20 }),
          thinkTime: distribution,
        }),
        fc.record({
          type: fc.constant("trace"),
          stepMs: fc.constant(1_000),
          perSec: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 5 }),
        }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    mix: fc.option(
      fc.constant([
        { operation: "a", weight: 1 },
        { operation: "b", weight: 2 },
      ]),
      { nil: undefined },
    ),
  })
  .map(({ nodes, joins, workloads, mix }) => {
    const named = nodes.map((node, n) => ({ id: `n${n}`, ...node }));
    const between = joins.flatMap(([a, b, data, async], n) =>
      edgeOf(a % nodes.length, b % nodes.length, n, data, async, nodes),
    );
    return {
      schemaVersion: 1,
      id: "random",
      revision: 0,
      name: "Random",
      nodes: [{ id: "users", type: "client" }, ...named],
      edges: [{ id: "entry", source: "users", target: "n0" }, ...between],
      workloads: workloads.map((it, n) => ({
        id: `w${n}`,
        source: "users",
        ...it,
        ...(mix === undefined ? {} : { mix }),
      })),
      run: { durationMs: 2_000 },
    };
  });

function edgeOf(
  a: number,
  b: number,
  n: number,
  data: Json,
  async: boolean,
  nodes: readonly { type: string }[],
): Json[] {
  const [from, to] = a < b ? [a, b] : [b, a];
  if (from === to) return [];
  const queue = nodes[from]?.type === "queue";
  const kept = Object.entries(data).filter(([field]) => !queue || !FORBIDDEN.includes(field));
  return [
    {
      id: `e${n}`,
      source: `n${from}`,
      target: `n${to}`,
      data: { ...Object.fromEntries(kept), ...(async && !queue ? { interaction: "async" } : {}) },
    },
  ];
}
