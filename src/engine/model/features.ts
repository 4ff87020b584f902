/**
 * The words of Capabilities. A config uses a feature as soon as the field beside the name is set to something
 * other than its zero value:
 *
 *   discipline.fifo  .lifo  .priority  .infinite  .processor-sharing             Station.discipline
 *   balance.round-robin  .random  .least-request  .power-of-two  .hash           Station.balance, OneOfCalls.balance
 *   balance.central-queue                                                        Station.balance
 *   station.bounded-queue           not Station.queue_unbounded
 *   station.cache                   Station.cache              station.cache.warm-up   Cache.warm_ms
 *   station.cost                    Station.cost_per_*
 *   station.rate-limit              Station.rate_limit         station.autoscale       Station.autoscale
 *   station.broker                  Station.broker             station.failures        Station.mtbf_ms
 *   step.work  step.parallel  step.one-of                      Step.work, .calls, .one_of
 *   operation.error-ratio           Operation.error_ratio
 *   call.probability  .count  .only-on-miss  .only-on-own-miss  .optional        Call.*
 *   link.async  .latency  .loss  .bandwidth  .timeout  .cancel-on-timeout        Link.*
 *   link.retry                      Link.retry                 link.retry.budget       Retry.budget_ratio
 *   link.breaker                    Link.breaker               link.bulkhead           Link.max_in_flight
 *   source.open.poisson  .constant  .mmpp2                     Open.process
 *   source.open.stages              Open.stages                source.closed.stages    Closed.users
 *   source.open  source.closed  source.trace                   Source.kind
 *   source.mix                      Source.mix                 source.priority         Source.priority
 *   control.warm-up                 Control.warmup_ms          control.replications    Control.replications > 1
 *   control.limits                  Control.max_events, .max_in_flight
 *
 * Of brokers it lacks station.broker.partitions (more than one), .block, .redelivery and .dead-letter.
 * What this engine does not model is absent from the list below, and a config that uses it is refused.
 */
export const features: readonly string[] = [
  "discipline.fifo",
  "discipline.lifo",
  "discipline.priority",
  "discipline.infinite",
  "discipline.processor-sharing",
  "balance.round-robin",
  "balance.random",
  "balance.least-request",
  "balance.power-of-two",
  "balance.hash",
  "balance.central-queue",
  "station.bounded-queue",
  "station.cache",
  "station.cache.warm-up",
  "station.cost",
  "station.rate-limit",
  "station.autoscale",
  "station.failures",
  "station.broker",
  "step.work",
  "step.parallel",
  "step.one-of",
  "operation.error-ratio",
  "call.probability",
  "call.count",
  "call.only-on-miss",
  "call.only-on-own-miss",
  "call.optional",
  "link.async",
  "link.latency",
  "link.loss",
  "link.bandwidth",
  "link.timeout",
  "link.cancel-on-timeout",
  "link.retry",
  "link.retry.budget",
  "link.bulkhead",
  "link.breaker",
  "source.open",
  "source.open.poisson",
  "source.open.constant",
  "source.open.stages",
  "source.closed",
  "source.closed.stages",
  "source.trace",
  "source.mix",
  "source.priority",
  "control.warm-up",
  "control.limits",
];

/** Kinds of Dist. */
export const distributions: readonly string[] = [
  "constant",
  "exponential",
  "lognormal",
  "gamma",
  "hyperexponential",
  "uniform",
  "pareto",
  "empirical",
];

/** Fault.kind. */
export const faultKinds: readonly string[] = [
  "kill",
  "pause",
  "slow",
  "latency",
  "loss",
  "partition",
  "error",
  "fail-first",
  "cache-flush",
  "queue-block",
  "traffic",
  "scale",
];
