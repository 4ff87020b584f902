import {
  type ComponentMeasure,
  type ComponentPoint,
  componentMeasures,
  type MetricsMeasure,
  type MetricsPoint,
  metricsMeasures,
  type Spread,
} from "../core/ports/store.ts";
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

const ofComponents: Record<ComponentMeasure, string> = {
  throughput: "Requests ended per simulated second.",
  errorRate: "Failed requests as a part of all that ended, in [0,1].",
  utilization: "Busy time as a part of all, in [0,1].",
  queueLength: "Requests waiting, the mean of each window.",
  latencyP95: "95th percentile of the time in the component, s.",
};

const ComponentPointType = builder.objectRef<ComponentPoint>("ComponentMetricsPoint").implement({
  description: "The same point of one component's history.",
  fields: (t) => ({
    componentId: t.exposeID("componentId", { description: "Its id in the design." }),
    ...Object.fromEntries(
      componentMeasures.map((measure) => [
        measure,
        t.field({
          type: SpreadType,
          description: ofComponents[measure],
          resolve: (point) => point.measures[measure],
        }),
      ]),
    ),
  }),
});

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
    components: t.field({
      type: [ComponentPointType],
      description: "Of the components that `componentIds` names, in that order.",
      resolve: (point) => point.components,
    }),
  }),
});
