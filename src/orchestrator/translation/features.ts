import {
  Balance,
  type Call,
  type Control,
  Discipline,
  type Dist,
  type Link,
  type SimulationConfig,
  type Source,
  type Station,
  type Step,
} from "../../gen/architech/engine/v1/engine.ts";
import { callsOf } from "./steps.ts";

/**
 * The vocabulary of model features: what an engine may lack, by the names of docs/engine-contract.md. An engine lists
 * them in its capabilities as `features`, those that begin with `dist.` and `fault.` as `distributions` and
 * `fault_kinds`. A design whose config needs one that no engine here has is refused up front.
 */
const DISCIPLINES: Readonly<Record<Discipline, string | undefined>> = {
  [Discipline.DISCIPLINE_UNSPECIFIED]: undefined,
  [Discipline.DISCIPLINE_FIFO]: "discipline.fifo",
  [Discipline.DISCIPLINE_LIFO]: "discipline.lifo",
  [Discipline.DISCIPLINE_PRIORITY]: "discipline.priority",
  [Discipline.DISCIPLINE_PROCESSOR_SHARING]: "discipline.processor-sharing",
  [Discipline.DISCIPLINE_INFINITE]: "discipline.infinite",
  [Discipline.UNRECOGNIZED]: undefined,
};

const BALANCES: Readonly<Record<Balance, string | undefined>> = {
  [Balance.BALANCE_UNSPECIFIED]: undefined,
  [Balance.BALANCE_ROUND_ROBIN]: "balance.round-robin",
  [Balance.BALANCE_RANDOM]: "balance.random",
  [Balance.BALANCE_LEAST_REQUEST]: "balance.least-request",
  [Balance.BALANCE_POWER_OF_TWO]: "balance.power-of-two",
  [Balance.BALANCE_HASH]: "balance.hash",
  [Balance.BALANCE_CENTRAL_QUEUE]: "balance.central-queue",
  [Balance.UNRECOGNIZED]: undefined,
};

const DISTRIBUTIONS: Readonly<Record<NonNullable<Dist["kind"]>["$case"], string>> = {
  constantMs: "dist.constant",
  exponentialMeanMs: "dist.exponential",
  lognormal: "dist.lognormal",
  gamma: "dist.gamma",
  hyperexponential: "dist.hyperexponential",
  uniform: "dist.uniform",
  pareto: "dist.pareto",
  empirical: "dist.empirical",
};

type Need = string | false | undefined;

/** The names of all features that this config needs, sorted, each once. */
export function featuresOf(config: SimulationConfig): string[] {
  const needs: Need[] = [
    ...config.stations.flatMap(ofStation),
    ...config.links.flatMap(ofLink),
    ...config.sources.flatMap(ofSource),
    ...config.faults.map((fault) => `fault.${fault.kind}`),
    ...ofControl(config.control),
  ];
  return [...new Set(needs.filter((need) => typeof need === "string"))].sort();
}

function ofStation(station: Station): Need[] {
  return [
    DISCIPLINES[station.discipline],
    BALANCES[station.balance],
    !station.queueUnbounded && "station.bounded-queue",
    station.cache !== undefined && "station.cache",
    (station.cache?.warmMs ?? 0) > 0 && "station.cache.warm-up",
    station.broker !== undefined && "station.broker",
    (station.broker?.partitions ?? 1) > 1 && "station.broker.partitions",
    station.broker?.overflow === "block" && "station.broker.block",
    (station.broker?.redeliveryMs ?? 0) > 0 && "station.broker.redelivery",
    (station.broker?.deadLetter ?? "") !== "" && "station.broker.dead-letter",
    station.autoscale !== undefined && "station.autoscale",
    station.rateLimit !== undefined && "station.rate-limit",
    station.mtbfMs > 0 && "station.failures",
    (station.costPerReplicaHour > 0 || station.costPerMillionRequests > 0) && "station.cost",
    station.operations.some((operation) => operation.errorRatio > 0) && "operation.error-ratio",
    ...station.operations.flatMap((operation) => operation.steps.flatMap(ofStep)),
  ];
}

function ofStep(step: Step): Need[] {
  const { kind } = step;
  if (kind?.$case === "work") return ["step.work", ofDist(kind.value)];
  return [
    kind?.$case === "calls" && kind.value.calls.length > 1 && "step.parallel",
    kind?.$case === "oneOf" && "step.one-of",
    kind?.$case === "oneOf" && BALANCES[kind.value.balance],
    ...callsOf(step).flatMap(ofCall),
  ];
}

function ofCall(call: Call): Need[] {
  return [
    call.probability < 1 && "call.probability",
    call.count !== 1 && "call.count",
    call.onlyOnMissOf !== "" && "call.only-on-miss",
    call.onlyOnOwnMiss && "call.only-on-own-miss",
    call.optional && "call.optional",
  ];
}

function ofLink(link: Link): Need[] {
  return [
    link.latency !== undefined && "link.latency",
    ofDist(link.latency),
    link.async && "link.async",
    link.lossRatio > 0 && "link.loss",
    link.bandwidthMbps > 0 && "link.bandwidth",
    link.timeoutMs > 0 && "link.timeout",
    link.cancelOnTimeout && "link.cancel-on-timeout",
    link.retry !== undefined && "link.retry",
    (link.retry?.budgetRatio ?? 0) > 0 && "link.retry.budget",
    link.breaker !== undefined && "link.breaker",
    link.maxInFlight > 0 && "link.bulkhead",
  ];
}

function ofSource(source: Source): Need[] {
  return [
    source.mix.length > 0 && "source.mix",
    source.priority !== 0 && "source.priority",
    ...ofKind(source.kind),
  ];
}

function ofKind(kind: Source["kind"]): Need[] {
  switch (kind?.$case) {
    case "open": {
      const { process, stages } = kind.value;
      return ["source.open", `source.open.${process}`, stages.length > 0 && "source.open.stages"];
    }
    case "closed": {
      const { users, think } = kind.value;
      return ["source.closed", users.length > 0 && "source.closed.stages", ofDist(think)];
    }
    case "trace":
      return ["source.trace"];
    default:
      return [];
  }
}

function ofControl(control: Control | undefined): Need[] {
  if (control === undefined) return [];
  return [
    control.warmupMs > 0 && "control.warm-up",
    (control.maxEvents > 0 || control.maxInFlight > 0) && "control.limits",
    control.replications > 1 && "control.replications",
  ];
}

function ofDist(dist: Dist | undefined): Need {
  return dist?.kind === undefined ? undefined : DISTRIBUTIONS[dist.kind.$case];
}
