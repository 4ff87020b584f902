// The result of a completed run, as the store keeps it.
import type {
  Assumption,
  ComponentReport,
  ConnectionReport,
  Estimate,
  LatencySummary,
  ReportWarning,
  SimulationReport,
} from "../core/ports/store.ts";
import { builder } from "./builder.ts";

const EstimateType = builder.objectRef<Estimate>("Estimate").implement({
  description: "A mean, and how sure it is.",
  fields: (t) => ({
    mean: t.exposeFloat("mean", { description: "In the unit of its field." }),
    halfWidth95: t.exposeFloat("halfWidth95", {
      nullable: true,
      description: "Half the width of the 95 % confidence interval; null where there is too little to say.",
    }),
  }),
});

const LatencySummaryType = builder.objectRef<LatencySummary>("LatencySummary").implement({
  description: "Latencies, s.",
  fields: (t) => ({
    mean: t.exposeFloat("mean", { description: "Mean, s." }),
    p50: t.exposeFloat("p50", { description: "Median, s." }),
    p90: t.exposeFloat("p90", { description: "90th percentile, s." }),
    p95: t.exposeFloat("p95", { description: "95th percentile, s." }),
    p99: t.exposeFloat("p99", { description: "99th percentile, s." }),
    max: t.exposeFloat("max", { description: "The greatest, s." }),
  }),
});

const ComponentReportType = builder.objectRef<ComponentReport>("ComponentReport").implement({
  description: "One component over the whole run, after its warm-up.",
  fields: (t) => ({
    componentId: t.exposeID("componentId", { description: "The component's id in the design." }),
    utilization: t.field({
      type: EstimateType,
      description: "Busy part of its capacity, in [0,1].",
      resolve: (it) => it.utilization,
    }),
    throughput: t.field({
      type: EstimateType,
      description: "Completed per simulated second.",
      resolve: (it) => it.throughput,
    }),
    queueLength: t.field({
      type: EstimateType,
      description: "Requests that wait.",
      resolve: (it) => it.queueLength,
    }),
    wait: t.field({ type: EstimateType, description: "Time in the queue, s.", resolve: (it) => it.wait }),
    latency: t.field({
      type: LatencySummaryType,
      description: "Time in the component, waiting included, s.",
      resolve: (it) => it.latency,
    }),
    errors: t.exposeFloat("errors", { description: "Requests that failed here." }),
    rejected: t.exposeFloat("rejected", { description: "Requests refused at once." }),
    hitRatio: t.exposeFloat("hitRatio", {
      nullable: true,
      description: "Of a cache: hits as a part of lookups, in [0,1]; null for others.",
    }),
  }),
});

const ConnectionReportType = builder.objectRef<ConnectionReport>("ConnectionReport").implement({
  description: "One connection (edge) of the design over the whole run, after its warm-up.",
  fields: (t) => ({
    connectionId: t.exposeID("connectionId", { description: "The edge's id in the design." }),
    calls: t.exposeFloat("calls", { description: "Calls made; retries are part of their call." }),
    attempts: t.exposeFloat("attempts", { description: "Attempts of those calls." }),
    timeouts: t.exposeFloat("timeouts", { description: "Attempts given up by their caller." }),
    retries: t.exposeFloat("retries", { description: "Attempts after the first." }),
    failures: t.exposeFloat("failures", { description: "Calls that failed in the end." }),
  }),
});

const AssumptionType = builder.objectRef<Assumption>("Assumption").implement({
  description: "A number that the design did not give, or marks as assumed.",
  fields: (t) => ({
    path: t.exposeString("path", { description: "Where in the design." }),
    value: t.exposeString("value", { description: "What was assumed, with its unit." }),
    text: t.exposeString("text", { description: "Why, for people." }),
  }),
});

const ReportWarningType = builder.objectRef<ReportWarning>("ReportWarning").implement({
  description: "What to bear in mind when reading the report.",
  fields: (t) => ({
    code: t.exposeString("code", { description: "For programs; stable." }),
    path: t.exposeString("path", { description: "Where in the design; empty: the whole." }),
    message: t.exposeString("message", { description: "For people." }),
  }),
});

export const SimulationReportType = builder.objectRef<SimulationReport>("SimulationReport").implement({
  description: "The result of a completed run, after its warm-up.",
  fields: (t) => ({
    requests: t.exposeFloat("requests", { description: "Requests that ended." }),
    succeeded: t.exposeFloat("succeeded", { description: "Those that were answered." }),
    failed: t.exposeFloat("failed", { description: "Those that were not." }),
    throughput: t.field({
      type: EstimateType,
      description: "Requests answered per simulated second.",
      resolve: (it) => it.throughput,
    }),
    latency: t.field({
      type: LatencySummaryType,
      description: "Latency of answered requests, s.",
      resolve: (it) => it.latency,
    }),
    latencyMean: t.field({
      type: EstimateType,
      description: "Mean latency, s, and how sure it is.",
      resolve: (it) => it.latencyMean,
    }),
    components: t.field({
      type: [ComponentReportType],
      description: "Every component.",
      resolve: (it) => it.components,
    }),
    connections: t.field({
      type: [ConnectionReportType],
      description: "Every connection.",
      resolve: (it) => it.connections,
    }),
    bottleneck: t.exposeID("bottleneck", {
      nullable: true,
      description: "The component that limits the throughput; null when none stands out.",
    }),
    maxSustainable: t.exposeFloat("maxSustainable", {
      nullable: true,
      description: "Offered load that the bottleneck could carry, requests per s; null: unknown.",
    }),
    wastedWork: t.exposeFloat("wastedWork", {
      description: "Busy time spent on attempts whose caller had given up, simulated s.",
    }),
    engineEvents: t.exposeFloat("engineEvents", { description: "Steps that the engine computed." }),
    assumptions: t.field({
      type: [AssumptionType],
      description: "What had to be assumed.",
      resolve: (it) => it.assumptions,
    }),
    warnings: t.field({
      type: [ReportWarningType],
      description: "What to bear in mind.",
      resolve: (it) => it.warnings,
    }),
  }),
});
