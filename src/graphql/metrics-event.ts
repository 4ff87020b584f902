// Samples of metrics. What their fields show is what is written under the same name (core/sample-text.ts), and is copied from
// there where nothing else is asked for (server/projection.ts).
import type { ComponentMetrics, MetricsSampled } from "../core/events.ts";
import { builder } from "./builder.ts";
import { type Delivered, SimulationEventInterface } from "./event.ts";

const ComponentMetricsType = builder.objectRef<ComponentMetrics>("ComponentMetrics").implement({
  description: "One component over the window since the sample before.",
  fields: (t) => ({
    componentId: t.exposeID("componentId", { description: "The component's id in the design." }),
    arrivals: t.exposeFloat("arrivals", { description: "Requests that came, per simulated second." }),
    throughput: t.exposeFloat("throughput", { description: "Requests done, per simulated second." }),
    errorRate: t.exposeFloat("errorRate", { description: "Failed as a part of all that ended, in [0,1]." }),
    rejected: t.exposeFloat("rejected", { description: "Refused at once, per simulated second." }),
    utilization: t.exposeFloat("utilization", { description: "Busy part of its capacity, in [0,1]." }),
    queueLength: t.exposeFloat("queueLength", { description: "Requests that wait, mean over the window." }),
    queueMax: t.exposeFloat("queueMax", { description: "Requests that wait, the most in the window." }),
    replicas: t.exposeFloat("replicas", { description: "Instances that serve." }),
    latencyMean: t.exposeFloat("latencyMean", { description: "Mean time in the component, s." }),
    latencyP50: t.exposeFloat("latencyP50", { description: "Median, s." }),
    latencyP95: t.exposeFloat("latencyP95", { description: "95th percentile, s." }),
    latencyP99: t.exposeFloat("latencyP99", { description: "99th percentile, s." }),
    hitRatio: t.exposeFloat("hitRatio", {
      nullable: true,
      description: "Of a cache: hits as a part of lookups, in [0,1]; null for others.",
    }),
  }),
});

builder.objectRef<Delivered<MetricsSampled>>("MetricsSampled").implement({
  description: "What happened in the window since the sample before.",
  interfaces: [SimulationEventInterface],
  fields: (t) => ({
    window: t.float({ description: "Its length, simulated s.", resolve: (it) => it.event.body.window }),
    progress: t.float({
      description: "Part of the duration that is done, in [0,1].",
      resolve: (it) => it.event.body.progress,
    }),
    offered: t.float({
      description: "Requests that came, per simulated second.",
      resolve: (it) => it.event.body.offered,
    }),
    throughput: t.float({
      description: "Requests answered, per simulated second.",
      resolve: (it) => it.event.body.throughput,
    }),
    errorRate: t.float({
      description: "Failed as a part of all that ended, in [0,1].",
      resolve: (it) => it.event.body.errorRate,
    }),
    latencyMean: t.float({ description: "Mean latency, s.", resolve: (it) => it.event.body.latencyMean }),
    latencyP50: t.float({ description: "Median latency, s.", resolve: (it) => it.event.body.latencyP50 }),
    latencyP95: t.float({ description: "95th percentile, s.", resolve: (it) => it.event.body.latencyP95 }),
    latencyP99: t.float({ description: "99th percentile, s.", resolve: (it) => it.event.body.latencyP99 }),
    latencyMax: t.float({
      description: "The greatest latency, s.",
      resolve: (it) => it.event.body.latencyMax,
    }),
    inFlight: t.float({
      description: "Requests under way at the end of the window.",
      resolve: (it) => it.event.body.inFlight,
    }),
    components: t.field({
      type: [ComponentMetricsType],
      description: "Every component.",
      resolve: (it) => it.event.body.components,
    }),
  }),
});
