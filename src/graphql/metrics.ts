import { type MetricsMeasure, type MetricsPoint, metricsMeasures, type Spread } from "../core/ports/store.ts";
import { builder } from "./builder.ts";

const SpreadType = builder.objectRef<Spread>("MetricsSpread").implement({
  description: "What the samples merged into one point span.",
  fields: (t) => ({
    min: t.exposeFloat("min", { description: "The least of the samples." }),
    mean: t.exposeFloat("mean", { description: "Their mean." }),
    max: t.exposeFloat("max", { description: "The greatest." }),
  }),
});

const measures: Record<MetricsMeasure, string> = {
  throughput: "Requests completed per simulated second.",
  errorRate: "Failed requests as a part of all that ended, in [0,1].",
  latencyP50: "Median latency, s.",
  latencyP95: "95th percentile of the latency, s.",
  latencyP99: "99th percentile of the latency, s.",
  inFlight: "Requests under way.",
};

export const MetricsPointType = builder.objectRef<MetricsPoint>("MetricsPoint").implement({
  description: "One point of the metric history: one sample, or several merged so that a plot stays small.",
  fields: (t) => ({
    from: t.exposeFloat("from", { description: "Where its samples begin, simulated s." }),
    to: t.exposeFloat("to", { description: "Where they end, simulated s." }),
    samples: t.exposeInt("samples", { description: "How many samples it stands for." }),
    ...Object.fromEntries(
      metricsMeasures.map((measure) => [
        measure,
        t.field({
          type: SpreadType,
          description: measures[measure],
          resolve: (point) => point.measures[measure],
        }),
      ]),
    ),
  }),
});
