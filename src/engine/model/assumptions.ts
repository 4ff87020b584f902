import { Balance, Discipline, type SimulationConfig } from "../../gen/architech/engine/v1/engine.ts";
import { QUANTILE_ERROR_RATIO } from "./metrics/histogram.ts";

const PERCENT = (QUANTILE_ERROR_RATIO * 100).toFixed(1);

/** What the engine itself simplifies, as far as it touches this config and the faults that acted; for the report. */
export function assumptionsOf(config: SimulationConfig, faultKinds: ReadonlySet<string>): string[] {
  const links = config.links;
  const calls = config.stations.flatMap((station) => station.operations.flatMap((o) => o.steps));
  const notes: [boolean, string][] = [
    [true, `Latency quantiles are read from a histogram and are off by at most ${PERCENT} %.`],
    [true, "Queueing, balancing, refusals and steps without work take no time and no slot."],
    [
      config.stations.some((station) => station.discipline === Discipline.DISCIPLINE_INFINITE),
      "A station without a queue (infinite) has no utilization: it is shown as 0.",
    ],
    [
      config.stations.some((station) => station.discipline === Discipline.DISCIPLINE_PROCESSOR_SHARING),
      "Processor sharing: a request that waits for its calls takes no core, and memory has no limit but the queue's.",
    ],
    [
      config.stations.some((station) => station.balance === Balance.BALANCE_HASH),
      "Balance by hash keeps together the calls of one user, or of one request of an open source.",
    ],
    [links.some((link) => link.maxInFlight > 0), "A call that is retried keeps its place in max_in_flight."],
    [
      links.some((link) => link.cancelOnTimeout),
      "Cancelling takes no time, and does not reach the calls that the cancelled request had made.",
    ],
    [
      links.some((link) => (link.retry?.budgetRatio ?? 0) > 0),
      "A retry budget saves up what its last 100 calls have earned, at most.",
    ],
    [
      links.some((link) => link.async),
      "An async call is retried and timed out like any other; its caller knows nothing of it.",
    ],
    [
      calls.some((step) => step.kind?.$case === "calls" && step.kind.value.calls.some((c) => c.onlyOnMissOf)),
      "A cache that fails to answer counts as a miss for its caller.",
    ],
    [
      faultKinds.has("error") || faultKinds.has("fail-first"),
      "A request that a fault makes fail does so at once, without a slot.",
    ],
    [
      config.stations.some((station) => station.autoscale !== undefined),
      "An autoscaler reads the utilization since it last looked, and steps as far at once as it wants to.",
    ],
    [
      faultKinds.has("kill") || config.stations.some((station) => station.mtbfMs > 0),
      "A killed replica is seen to be gone at once, and its requests fail at once.",
    ],
    [
      config.stations.some((station) => station.broker !== undefined),
      "A group of consumers has as many messages under way as it has slots; one that it fails is not delivered again.",
    ],
    [
      links.some((link) => link.breaker !== undefined),
      "A breaker forgets a tenth of its window at a time, and counts timeouts, errors and refusals as failures.",
    ],
    [links.some((link) => link.bandwidthMbps > 0), "Messages on one link do not slow one another down."],
  ];
  return notes.filter(([applies]) => applies).map(([, note]) => note);
}
