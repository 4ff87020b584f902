import fc from "fast-check";
import {
  Balance,
  Discipline,
  type Dist,
  type Link,
  type SimulationConfig,
  type Source,
  type Station,
  type Step,
} from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  calls,
  config,
  constant,
  exponential,
  link,
  oneOf,
  operation,
  station,
  work,
} from "./configs.ts";

/** When the sources of a config fall silent, and the end of the run: long enough after it for all to come to rest. */
export const SILENT_MS = 2_000;
export const HORIZON_MS = 400_000;

/** Kinds whose draws are exactly halved with their parameters. */
const dist: fc.Arbitrary<Dist> = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((ms) => constant(ms)),
  fc.integer({ min: 1, max: 20 }).map((ms) => exponential(ms)),
  fc
    .integer({ min: 0, max: 10 })
    .map((ms): Dist => ({ kind: { $case: "uniform", value: { minMs: ms, maxMs: ms + 8 } } })),
);

const retry = fc.record({
  maxRetries: fc.integer({ min: 0, max: 3 }),
  baseMs: fc.constantFrom(0, 4),
  factor: fc.constantFrom(1, 2),
  maxMs: fc.constantFrom(4, 16),
  jitterRatio: fc.constantFrom(0, 0.5, 1),
  onTimeout: fc.boolean(),
  onError: fc.boolean(),
  onReject: fc.boolean(),
  budgetRatio: fc.constantFrom(0, 0.5),
});

const linkPart: fc.Arbitrary<Partial<Link>> = fc.record(
  {
    async: fc.constantFrom(false, false, false, true),
    latency: dist,
    timeoutMs: fc.constantFrom(16, 64, 512),
    lossRatio: fc.constantFrom(0, 0, 0.0625),
    retry,
    maxInFlight: fc.constantFrom(0, 0, 4),
    maxPending: fc.constantFrom(0, 8),
    cancelOnTimeout: fc.boolean(),
    weight: fc.integer({ min: 0, max: 3 }),
    bandwidthMbps: fc.constantFrom(0, 8),
    requestBytes: fc.constantFrom(0, 512),
    responseBytes: fc.constantFrom(0, 2_048),
  },
  { requiredKeys: ["timeoutMs"] },
);

const stationPart: fc.Arbitrary<Partial<Station>> = fc.record({
  replicas: fc.integer({ min: 1, max: 3 }),
  slots: fc.integer({ min: 1, max: 4 }),
  queueUnbounded: fc.boolean(),
  queueCapacity: fc.integer({ min: 0, max: 6 }),
  discipline: fc.constantFrom(
    Discipline.DISCIPLINE_FIFO,
    Discipline.DISCIPLINE_LIFO,
    Discipline.DISCIPLINE_PRIORITY,
    Discipline.DISCIPLINE_INFINITE,
    Discipline.DISCIPLINE_PROCESSOR_SHARING,
  ),
  balance: fc.constantFrom(
    Balance.BALANCE_ROUND_ROBIN,
    Balance.BALANCE_RANDOM,
    Balance.BALANCE_LEAST_REQUEST,
    Balance.BALANCE_POWER_OF_TWO,
    Balance.BALANCE_HASH,
    Balance.BALANCE_CENTRAL_QUEUE,
  ),
});

const callPart = fc.record({
  probability: fc.constantFrom(1, 1, 0.5),
  count: fc.constantFrom(1, 1, 0.25, 2.5),
  optional: fc.boolean(),
});

const open: fc.Arbitrary<Partial<Source>> = fc
  .record({ process: fc.constantFrom("poisson", "constant"), perSec: fc.integer({ min: 1, max: 200 }) })
  .map(({ process, perSec }) => ({
    kind: {
      $case: "open",
      value: {
        process,
        startPerSec: perSec,
        burstiness: 0,
        stages: [
          { durationMs: SILENT_MS / 2, target: 2 * perSec },
          { durationMs: SILENT_MS / 2, target: perSec },
          { durationMs: 0, target: 0 },
        ],
      },
    },
  }));

const closedPart: fc.Arbitrary<Partial<Source>> = fc
  .record({ users: fc.integer({ min: 0, max: 20 }), think: fc.integer({ min: 5, max: 200 }) })
  .map(({ users, think }) => ({
    kind: {
      $case: "closed",
      value: {
        startUsers: users,
        think: exponential(think),
        users: [
          { durationMs: SILENT_MS, target: users + 10 },
          { durationMs: 0, target: 0 },
        ],
      },
    },
  }));

const stationPlan = fc.record({
  part: stationPart,
  work: dist,
  after: dist,
  errorRatio: fc.constantFrom(0, 0, 0.125),
  hitRatio: fc.constantFrom(0, 0.5, 1),
  cached: fc.boolean(),
  oneOf: fc.boolean(),
  balance: fc.constantFrom(
    Balance.BALANCE_RANDOM,
    Balance.BALANCE_ROUND_ROBIN,
    Balance.BALANCE_LEAST_REQUEST,
  ),
  targets: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
  links: fc.array(linkPart, { minLength: 3, maxLength: 3 }),
  calls: fc.array(callPart, { minLength: 3, maxLength: 3 }),
});

/** A few stations that call only later ones, with anything that the engine models; the sources fall silent. */
export const anyConfig: fc.Arbitrary<SimulationConfig> = fc
  .record({
    plans: fc.array(stationPlan, { minLength: 1, maxLength: 5 }),
    sources: fc.array(
      fc.record({
        part: fc.oneof(open, closedPart),
        link: linkPart,
        priority: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    warmupMs: fc.constantFrom(0, 700),
    sampleIntervalMs: fc.constantFrom(5_000, 4_096),
  })
  .map(({ plans, sources, seed, warmupMs, sampleIntervalMs }) => {
    const links: Link[] = [];
    const stations = plans.map((plan, i) => {
      const id = `s${i}`;
      const made = plan.targets
        .filter((step) => i + step < plans.length)
        .map((step, k) => {
          const to = `s${i + step}`;
          links.push(link(id, to, plan.links[k]));
          return call(`${id}>${to}`, { ...plan.calls[k], onlyOnOwnMiss: plan.cached && k === 0 });
        });
      const steps: Step[] = [work(plan.work)];
      if (made.length > 0) steps.push(plan.oneOf ? oneOf(plan.balance, ...made) : calls(...made));
      steps.push(work(plan.after));
      const shares = plan.part.discipline === Discipline.DISCIPLINE_PROCESSOR_SHARING;
      const central = plan.part.balance === Balance.BALANCE_CENTRAL_QUEUE;
      return station(id, [], {
        ...plan.part,
        ...(shares && central ? { balance: Balance.BALANCE_RANDOM } : {}),
        operations: [operation(steps, { errorRatio: plan.errorRatio })],
        cache: plan.cached ? { hitRatio: plan.hitRatio, warmMs: 0 } : undefined,
      });
    });
    const made = sources.map(({ part, link: linkOf, priority }, i): Source => {
      const id = `users${i}`;
      links.push(link(id, "s0", { ...linkOf, async: false }));
      return { id, targetLink: `${id}>s0`, mix: [], priority, ...part };
    });
    return config({ stations, links, sources: made }, HORIZON_MS, { seed, warmupMs, sampleIntervalMs });
  });

const faultPlan = fc.record({
  kind: fc.constantFrom("kill", "pause", "slow", "error", "fail-first", "scale", "loss", "traffic"),
  on: fc.nat(),
  atMs: fc.integer({ min: 0, max: 2_500 }),
  durationMs: fc.integer({ min: 1, max: 1_500 }),
  replicas: fc.integer({ min: 0, max: 2 }),
});

const AMOUNTS: Record<string, number> = {
  slow: 3,
  error: 0.5,
  "fail-first": 5,
  scale: 2,
  loss: 0.5,
  traffic: 2,
};

/** The same, and things go wrong for a while. */
export const anyFaultyConfig: fc.Arbitrary<SimulationConfig> = fc
  .tuple(anyConfig, fc.array(faultPlan, { maxLength: 5 }))
  .map(([made, plans]) => ({
    ...made,
    faults: plans.map(({ kind, on, ...plan }, i) => {
      const targets = kind === "loss" ? made.links : kind === "traffic" ? made.sources : made.stations;
      const target = targets[on % targets.length]?.id ?? "";
      return { id: `f${i}`, kind, target, amount: AMOUNTS[kind] ?? 0, otherTarget: "", ...plan };
    }),
  }));
