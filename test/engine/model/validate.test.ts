import { describe, expect, it } from "vitest";
import { distributions, faultKinds, features } from "../../../src/engine/model/features.ts";
import { problemsOf } from "../../../src/engine/model/validate.ts";
import {
  Balance,
  Discipline,
  Fault,
  type SimulationConfig,
} from "../../../src/gen/architech/engine/v1/engine.ts";
import { call, calls, config, constant, link, oneOf, operation, poisson, station, work } from "./configs.ts";

/** A sound config: users call a, which calls b beside a cache. */
const sound = () =>
  config(
    {
      stations: [
        station("a", [
          work(constant(1)),
          calls(call("a>c")),
          calls(call("a>b", { onlyOnMissOf: "a>c" })),
          oneOf(Balance.BALANCE_RANDOM, call("a>b"), call("a>c")),
        ]),
        station("b", [work(constant(1))]),
        station("c", [work(constant(1))], { cache: { hitRatio: 0.5, warmMs: 0 } }),
      ],
      links: [link("users", "a"), link("a", "b"), link("a", "c")],
      sources: [poisson(1, "a")],
    },
    1_000,
  );

/** The problems of a config spoiled in one place, as `CODE path`. */
function spoiled(spoil: (made: SimulationConfig) => void): string[] {
  const made = structuredClone(sound());
  spoil(made);
  return problemsOf(made).map(({ code, path, warning }) => `${warning ? "warning " : ""}${code} ${path}`);
}

/** The part at a path like `stations[1].operations[0]`, whatever it is. */
function at(made: unknown, path: string): Record<string, unknown> {
  let part = made;
  for (const key of path.split(/[.[\]]+/).filter((key) => key !== "")) {
    if (typeof part !== "object" || part === null) throw new Error(`There is nothing at ${path}.`);
    part = Reflect.get(part, key);
  }
  if (typeof part !== "object" || part === null) throw new Error(`There is nothing at ${path}.`);
  return part as Record<string, unknown>;
}

describe("a config", () => {
  it("that is sound has no problem", () => {
    expect(problemsOf(sound())).toEqual([]);
  });

  const numbers: [string, string, string][] = [
    ["control", "horizonMs", "control.horizon_ms"],
    ["control", "sampleIntervalMs", "control.sample_interval_ms"],
    ["control", "warmupMs", "control.warmup_ms"],
    ["control", "seed", "control.seed"],
    ["control", "maxEvents", "control.max_events"],
    ["control", "maxInFlight", "control.max_in_flight"],
    ["stations[0]", "replicas", "stations[0].replicas"],
    ["stations[0]", "slots", "stations[0].slots"],
    ["stations[0]", "queueCapacity", "stations[0].queue_capacity"],
    ["stations[0]", "mtbfMs", "stations[0].mtbf_ms"],
    ["stations[0]", "costPerReplicaHour", "stations[0].cost_per_replica_hour"],
    ["stations[0].operations[0]", "errorRatio", "stations[0].operations[0].error_ratio"],
    [
      "stations[0].operations[0].steps[0].kind.value.kind",
      "value",
      "stations[0].operations[0].steps[0].work.constant_ms",
    ],
    [
      "stations[0].operations[0].steps[1].kind.value.calls[0]",
      "count",
      "stations[0].operations[0].steps[1].calls.calls[0].count",
    ],
    [
      "stations[0].operations[0].steps[3].kind.value.calls[1]",
      "probability",
      "stations[0].operations[0].steps[3].one_of.calls[1].probability",
    ],
    ["stations[2].cache", "hitRatio", "stations[2].cache.hit_ratio"],
    ["stations[2].cache", "warmMs", "stations[2].cache.warm_ms"],
    ["links[1]", "timeoutMs", "links[1].timeout_ms"],
    ["links[1]", "lossRatio", "links[1].loss_ratio"],
    ["links[1]", "bandwidthMbps", "links[1].bandwidth_mbps"],
    ["links[1]", "requestBytes", "links[1].request_bytes"],
    ["links[1]", "responseBytes", "links[1].response_bytes"],
    ["links[1]", "maxInFlight", "links[1].max_in_flight"],
    ["links[1]", "maxPending", "links[1].max_pending"],
    ["links[1]", "weight", "links[1].weight"],
    ["sources[0].kind.value", "startPerSec", "sources[0].open.start_per_sec"],
    ["sources[0].kind.value", "burstiness", "sources[0].open.burstiness"],
  ];

  it.each(numbers)(
    "refuses a number in %s.%s that is negative, not a number or infinite",
    (part, key, path) => {
      for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
        const found = spoiled((made) => {
          at(made, part)[key] = bad;
        });
        expect(found).toContain(`RANGE ${path}`);
      }
    },
  );

  const dists: [string, object][] = [
    ["lognormal.cv", { $case: "lognormal", value: { meanMs: 1, cv: 0 } }],
    ["lognormal.mean_ms", { $case: "lognormal", value: { meanMs: 0, cv: 1 } }],
    ["gamma.cv", { $case: "gamma", value: { meanMs: 1, cv: -1 } }],
    ["hyperexponential.cv", { $case: "hyperexponential", value: { meanMs: 1, cv: 1 } }],
    ["uniform.max_ms", { $case: "uniform", value: { minMs: 2, maxMs: 1 } }],
    ["pareto.alpha", { $case: "pareto", value: { minMs: 1, alpha: 1, capMs: 0 } }],
    ["pareto.cap_ms", { $case: "pareto", value: { minMs: 2, alpha: 1, capMs: 1 } }],
    ["empirical", { $case: "empirical", value: { p: [0], ms: [1] } }],
    ["empirical.p", { $case: "empirical", value: { p: [0, 0.9], ms: [1, 2] } }],
    ["empirical.ms", { $case: "empirical", value: { p: [0, 0.5, 1], ms: [1, 3, 2] } }],
  ];

  it.each(dists)("refuses a distribution with a bad %s", (path, kind) => {
    const found = spoiled((made) => {
      at(made, "links[0]").latency = { kind };
    });
    expect(found).toEqual([`RANGE links[0].latency.${path}`]);
  });

  const single: [string, (made: SimulationConfig) => void][] = [
    ["RANGE version", (made) => Object.assign(made, { version: 2 })],
    ["REQUIRED control", (made) => Object.assign(made, { control: undefined })],
    ["RANGE control.warmup_ms", (made) => Object.assign(at(made, "control"), { warmupMs: 1_000 })],
    [
      "RANGE control.sample_interval_ms",
      (made) => Object.assign(at(made, "control"), { sampleIntervalMs: 1e-6 }),
    ],
    ["UNSUPPORTED control.replications", (made) => Object.assign(at(made, "control"), { replications: 2 })],
    ["REFERENCE stations[0].zone", (made) => Object.assign(at(made, "stations[0]"), { zone: "eu" })],
    [
      "REQUIRED stations[0].discipline",
      (made) => Object.assign(at(made, "stations[0]"), { discipline: Discipline.DISCIPLINE_UNSPECIFIED }),
    ],
    [
      "REQUIRED stations[0].balance",
      (made) => Object.assign(at(made, "stations[0]"), { balance: Balance.BALANCE_UNSPECIFIED }),
    ],
    [
      "REFERENCE stations[0].operations[1].name",
      (made) => (at(made, "stations[0]").operations = [operation([]), operation([])]),
    ],
    [
      "REQUIRED stations[0].operations[0].steps[0]",
      (made) => Object.assign(at(made, "stations[0].operations[0].steps[0]"), { kind: undefined }),
    ],
    [
      "RANGE stations[0].operations[0].steps[3].one_of.balance",
      (made) => Object.assign(at(made, "stations[0].operations[0].steps[3].kind.value"), { balance: 6 }),
    ],
    ["REFERENCE links[1].to", (made) => Object.assign(at(made, "links[1]"), { to: "nowhere" })],
    [
      "REFERENCE sources[0].target_link",
      (made) => Object.assign(at(made, "sources[0]"), { targetLink: "a>b" }),
    ],
    ["RANGE sources[0].target_link", (made) => Object.assign(at(made, "links[0]"), { async: true })],
    ["REQUIRED sources[0]", (made) => Object.assign(at(made, "sources[0]"), { kind: undefined })],
    [
      "RANGE sources[0].open.process",
      (made) => Object.assign(at(made, "sources[0].kind.value"), { process: "now" }),
    ],
    [
      "RANGE sources[0].mix",
      (made) => Object.assign(at(made, "sources[0]"), { mix: [{ operation: "", weight: 0 }] }),
    ],
    [
      "REFERENCE stations[0].operations[0].steps[2].calls.calls[0].only_on_miss_of",
      (made) => Object.assign(at(made, "stations[2]"), { cache: undefined }),
    ],
    [
      "REFERENCE stations[0].operations[0].steps[0].calls.calls[0].only_on_own_miss",
      (made) =>
        (at(made, "stations[0]").operations = [operation([calls(call("a>b", { onlyOnOwnMiss: true }))])]),
    ],
    [
      "REFERENCE stations[1].operations[0].steps[0].calls.calls[0].link",
      (made) => (at(made, "stations[1]").operations = [operation([calls(call("a>b"))])]),
    ],
    [
      "REFERENCE stations[1].operations",
      (made) => (at(made, "stations[1]").operations = [operation([], { name: "other" })]),
    ],
    ["warning RANGE links[1].loss_ratio", (made) => Object.assign(at(made, "links[1]"), { lossRatio: 0.1 })],
    ["RANGE links[1].retry.max_ms", (made) => (at(made, "links[1]").retry = { ...retry, maxMs: 1 })],
    ["RANGE links[1].retry.factor", (made) => (at(made, "links[1]").retry = { ...retry, factor: 0.5 })],
  ];

  it.each(single)("has the one problem %s", (problem, spoil) => {
    expect(spoiled((made) => void spoil(made))).toEqual([problem]);
  });

  it("says of each thing that is missing who misses it", () => {
    expect(spoiled((made) => Object.assign(at(made, "stations[1]"), { id: "a" }))).toEqual([
      "REFERENCE stations[1].id",
      "REFERENCE links[1].to",
    ]);
    expect(spoiled((made) => Object.assign(at(made, "stations[1]"), { id: "" }))).toEqual([
      "REQUIRED stations[1].id",
      "REFERENCE links[1].to",
    ]);
    expect(spoiled((made) => Object.assign(at(made, "links[1]"), { from: "nowhere" }))).toEqual([
      "REFERENCE stations[0].operations[0].steps[2].calls.calls[0].link",
      "REFERENCE stations[0].operations[0].steps[3].one_of.calls[0].link",
      "REFERENCE links[1].from",
    ]);
  });

  it("refuses what the engine does not model, and says where", () => {
    const found = spoiled((made) => {
      Object.assign(at(made, "stations[1]"), {
        discipline: Discipline.DISCIPLINE_PROCESSOR_SHARING,
        balance: Balance.BALANCE_CENTRAL_QUEUE,
      });
      Object.assign(at(made, "sources[0].kind.value"), { process: "mmpp2" });
      Object.assign(at(made, "control"), { replications: 2 });
      made.faults = [Fault.fromPartial({ id: "f", kind: "flood", target: "a" })];
    });
    expect(found).toEqual([
      "UNSUPPORTED control.replications",
      "UNSUPPORTED stations[1].balance",
      "UNSUPPORTED sources[0].open.process",
      "UNSUPPORTED faults[0].kind",
    ]);
  });

  it("refuses too many stations and links", () => {
    const many = config({ stations: [], links: [], sources: [] }, 1_000);
    many.stations = Array.from({ length: 2_001 }, (_, i) => station(`s${i}`, []));
    many.links = Array.from({ length: 10_001 }, (_, i) => link("s0", "s1", { id: `l${i}` }));
    expect(problemsOf(many).map(({ path }) => path)).toEqual(["stations", "links"]);
  });
});

describe("calls that form a cycle", () => {
  const ring = (probability: number, count = 1) =>
    config(
      {
        stations: [
          station("a", [calls(call("a>b"))]),
          station("b", [calls(call("b>a", { probability, count }))]),
        ],
        links: [link("users", "a"), link("a", "b"), link("b", "a")],
        sources: [poisson(1, "a")],
      },
      1_000,
    );

  it("are refused where they never end, or as good as never", () => {
    expect(problemsOf(ring(1))).toMatchObject([{ code: "RANGE", path: "stations[1].operations" }]);
    expect(problemsOf(ring(0.5, 2))).toHaveLength(1);
    expect(problemsOf(ring(0.9999))).toHaveLength(1);
  });

  it("are allowed where they end", () => {
    expect(problemsOf(ring(0.9))).toEqual([]);
    expect(problemsOf(ring(0))).toEqual([]);
  });
});

describe("a fault", () => {
  it.each([
    ["REQUIRED faults[0].id", { id: "" }],
    ["REQUIRED faults[0].kind", { kind: "" }],
    ["UNSUPPORTED faults[0].kind", { kind: "flood" }],
    ["REFERENCE faults[0].target", { target: "nobody" }],
    ["REFERENCE faults[0].target", { kind: "latency", target: "a" }],
    ["REFERENCE faults[0].target", { kind: "cache-flush", target: "a" }],
    ["RANGE faults[0].amount", { kind: "error", amount: 1.5 }],
    ["RANGE faults[0].amount", { kind: "scale", amount: 1.5 }],
    ["RANGE faults[0].at_ms", { atMs: 1_000 }],
    ["RANGE faults[0].duration_ms", { durationMs: Number.NaN }],
    ["REFERENCE faults[0].other_target", { otherTarget: "us" }],
    ["warning RANGE faults[0].target", { kind: "partition", target: "a>b" }],
  ])("has the one problem %s when it is %j", (problem, more) => {
    const made = Fault.fromPartial({ id: "f", kind: "kill", target: "a", ...more });
    expect(spoiled((config) => config.faults.push(made))).toEqual([problem]);
  });
});

describe("capabilities", () => {
  it("name each thing once", () => {
    for (const names of [features, distributions, faultKinds]) expect(new Set(names).size).toBe(names.length);
  });
});

const retry = {
  maxRetries: 3,
  baseMs: 10,
  factor: 2,
  maxMs: 100,
  jitterRatio: 0,
  onTimeout: true,
  onError: true,
  onReject: true,
  budgetRatio: 0,
};
