// What viewers ask for: the selection of a real dashboard, and six others of other sizes.
import type { ComponentMetrics, MetricsSampled } from "../../src/core/events.ts";
import { sample } from "./metrics.ts";

type SampleField = Exclude<keyof MetricsSampled, "type" | "components">;

export interface Selection {
  readonly name: string;
  readonly fields: readonly SampleField[];
  readonly ofComponents: readonly (keyof ComponentMetrics)[];
}

const dashboard: Selection = {
  name: "Dashboard",
  fields: [
    "window",
    "progress",
    "offered",
    "throughput",
    "errorRate",
    "latencyMean",
    "latencyP50",
    "latencyP95",
    "latencyP99",
    "inFlight",
  ],
  ofComponents: ["componentId", "utilization", "queueLength", "throughput", "latencyP95"],
};

export const everything: Selection = {
  name: "Everything",
  fields: [...dashboard.fields, "latencyMax"],
  ofComponents: [
    "componentId",
    "arrivals",
    "throughput",
    "errorRate",
    "rejected",
    "utilization",
    "queueLength",
    "queueMax",
    "replicas",
    "latencyMean",
    "latencyP50",
    "latencyP95",
    "latencyP99",
    "hitRatio",
  ],
};

export const selections: readonly [Selection, ...Selection[]] = [
  dashboard,
  {
    name: "Tiles",
    fields: ["throughput", "errorRate", "latencyP95"],
    ofComponents: ["componentId", "utilization", "errorRate"],
  },
  {
    name: "Latencies",
    fields: ["latencyMean", "latencyP50", "latencyP95", "latencyP99", "latencyMax"],
    ofComponents: ["componentId", "latencyMean", "latencyP50", "latencyP95", "latencyP99"],
  },
  {
    name: "Queues",
    fields: ["offered", "inFlight"],
    ofComponents: ["componentId", "queueLength", "queueMax", "rejected"],
  },
  { name: "Heat", fields: ["progress"], ofComponents: ["componentId", "utilization"] },
  {
    name: "Load",
    fields: ["offered", "throughput", "errorRate"],
    ofComponents: ["componentId", "arrivals", "throughput", "replicas", "hitRatio"],
  },
  everything,
];

/** Every text frame that is shorter is no sample: it is read whole. Bytes of the payload. */
export const shortestSample = 512;

/** `maxRate`: samples a second at most; left out: all. */
export function documentOf({ name, fields, ofComponents }: Selection, maxRate?: number): string {
  const atMost = maxRate === undefined ? "" : `, maxRate: ${maxRate}`;
  return `subscription ${name}($id: ID!) {
  simulationEvents(simulationId: $id${atMost}) {
    __typename
    seq
    at
    simulatedTime
    ... on StatusChanged { status desiredStatus reason }
    ... on MetricsSampled { ${fields.join(" ")} components { ${ofComponents.join(" ")} } }
    ... on StreamStateChanged { state reason }
  }
}`;
}

/** What changes from one event of a simulation to the next. */
export interface Place {
  readonly seq: unknown;
  /** As JSON has it. */
  readonly at: unknown;
  readonly simulatedTime: unknown;
}

/** What a viewer with this selection gets of the sample, under `simulationEvents`. */
export function selected({ fields, ofComponents }: Selection, { seq, at, simulatedTime }: Place): object {
  const picked = <T extends object>(from: T, names: readonly (keyof T)[]) =>
    Object.fromEntries(names.map((name) => [name, from[name]]));
  const components = sample.components.map((component) => picked(component, ofComponents));
  return { __typename: "MetricsSampled", seq, at, simulatedTime, ...picked(sample, fields), components };
}
