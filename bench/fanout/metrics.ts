// The event that is delivered: a sample of twelve components, as an engine's come.
import type { ComponentMetrics, MetricsSampled } from "../../src/core/events.ts";

const components = [
  "frontend",
  "gateway",
  "sessions",
  "catalog",
  "search",
  "cart",
  "checkout",
  "payment",
  "shipping",
  "currency",
  "orders-db",
  "cache",
];

export const sample: MetricsSampled = {
  type: "METRICS_SAMPLED",
  window: 1,
  progress: 0.4127,
  offered: 1243.5,
  throughput: 1238.2,
  errorRate: 0.0043,
  latencyMean: 0.0612,
  latencyP50: 0.0481,
  latencyP95: 0.1527,
  latencyP99: 0.3318,
  latencyMax: 1.2074,
  inFlight: 76,
  components: components.map(componentOf),
};

function componentOf(componentId: string, index: number): ComponentMetrics {
  const digits = (value: number) => Number(value.toFixed(4));
  return {
    componentId,
    arrivals: digits(1243.5 / (1 + index * 0.37)),
    throughput: digits(1238.2 / (1 + index * 0.37)),
    errorRate: digits(0.0003 * index),
    rejected: 0,
    utilization: digits(0.31 + 0.0517 * index),
    queueLength: digits(0.7713 * index),
    queueMax: 2 * index,
    replicas: 1 + (index % 4),
    latencyMean: digits(0.0071 + 0.0013 * index),
    latencyP50: digits(0.0054 + 0.0011 * index),
    latencyP95: digits(0.0163 + 0.0027 * index),
    latencyP99: digits(0.0342 + 0.0049 * index),
    hitRatio: componentId === "cache" ? 0.9371 : null,
  };
}
