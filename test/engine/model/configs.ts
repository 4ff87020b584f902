import {
  Balance,
  Call,
  Control,
  Discipline,
  type Dist,
  Link,
  Operation,
  type SimulationConfig,
  Source,
  Station,
  type Step,
} from "../../../src/gen/architech/engine/v1/engine.ts";

/** Builders of engine configs for tests: everything that is not said is the plainest thing that runs. */

export const exponential = (meanMs: number): Dist => ({
  kind: { $case: "exponentialMeanMs", value: meanMs },
});
export const constant = (ms: number): Dist => ({ kind: { $case: "constantMs", value: ms } });

export const work = (dist: Dist): Step => ({ kind: { $case: "work", value: dist } });
export const call = (link: string, more: Partial<Call> = {}): Call =>
  Call.fromPartial({ link, probability: 1, count: 1, ...more });
export const calls = (...made: Call[]): Step => ({ kind: { $case: "calls", value: { calls: made } } });
export const oneOf = (balance: Balance, ...made: Call[]): Step => ({
  kind: { $case: "oneOf", value: { calls: made, balance } },
});

export const operation = (steps: Step[], more: Partial<Operation> = {}): Operation =>
  Operation.fromPartial({ name: "default", steps, ...more });

/** One replica, one slot, an unbounded FIFO queue, one operation. */
export const station = (id: string, steps: Step[], more: Partial<Station> = {}): Station =>
  Station.fromPartial({
    id,
    replicas: 1,
    slots: 1,
    queueUnbounded: true,
    discipline: Discipline.DISCIPLINE_FIFO,
    balance: Balance.BALANCE_ROUND_ROBIN,
    operations: [operation(steps)],
    ...more,
  });

/** Serves every request at once. */
export const endless = (id: string, steps: Step[], more: Partial<Station> = {}): Station =>
  station(id, steps, { discipline: Discipline.DISCIPLINE_INFINITE, ...more });

export const link = (from: string, to: string, more: Partial<Link> = {}): Link =>
  Link.fromPartial({ id: `${from}>${to}`, from, to, ...more });

/** Poisson arrivals at a constant rate, to the link `users>first`. */
export const poisson = (perSec: number, first: string, more: Partial<Source> = {}): Source =>
  Source.fromPartial({
    id: "users",
    targetLink: `users>${first}`,
    kind: { $case: "open", value: { process: "poisson", startPerSec: perSec, stages: [], burstiness: 0 } },
    ...more,
  });

export const closed = (users: number, think: Dist, first: string, more: Partial<Source> = {}): Source =>
  Source.fromPartial({
    id: "users",
    targetLink: `users>${first}`,
    kind: { $case: "closed", value: { startUsers: users, users: [], think } },
    ...more,
  });

/** A config of these parts that runs for `horizonMs`, without warm-up, in windows of a tenth of it. */
export const config = (
  parts: { stations: Station[]; links: Link[]; sources: Source[] },
  horizonMs: number,
  control: Partial<Control> = {},
): SimulationConfig => ({
  version: 1,
  stations: parts.stations,
  links: parts.links,
  sources: parts.sources,
  faults: [],
  zones: [],
  control: Control.fromPartial({
    horizonMs,
    sampleIntervalMs: horizonMs / 10,
    seed: 1,
    replications: 1,
    ...control,
  }),
});
