// The truth: simulations and their logs.
//
// A simulation changes in exactly one way: decided on its row as it stands, in one transaction that updates the row and
// appends its events with the next seqs. Changes that arrive together are committed together, and each is
// answered for itself.
import type { ComponentMetrics, EventBody, EventType, NewEvent, SimulationEvent } from "../events.ts";
import type { DesiredStatus, Labels, Simulation, SimulationStatus } from "../simulation.ts";
import type { Viewer } from "../viewer.ts";

/** Who may change: a viewer's intent, the owner with its token, or the service itself (scheduler, design loader). */
export type Guard =
  | { readonly by: "viewer"; readonly viewer: Viewer }
  | { readonly by: "owner"; readonly owner: string; readonly token: number }
  | { readonly by: "service" };

/** Fields to set; left out: unchanged. `run` is merged field by field. */
export type SimulationPatch = Partial<
  Omit<Simulation, "id" | "projectId" | "userId" | "designId" | "createdAt" | "lastSeq" | "version" | "run">
> & { readonly run?: Partial<Simulation["run"]> };

export interface Change {
  readonly patch: SimulationPatch;
  readonly events: readonly NewEvent[];
  /** Documents to store beside the row in the same transaction. */
  readonly documents?: Partial<SimulationDocuments>;
}

/** Pure: called with the row as it stands, possibly more than once. */
export type Decide<R> = (simulation: Simulation) => Change | { readonly refuse: R } | "unchanged";

export type ChangeResult<R> =
  | {
      readonly kind: "changed";
      readonly simulation: Simulation;
      readonly events: readonly SimulationEvent[];
      /** The events' bodies as the log has them, as JSON: who sends them on need not write them again. */
      readonly bodies?: readonly string[];
    }
  | { readonly kind: "unchanged"; readonly simulation: Simulation }
  | { readonly kind: "refused"; readonly simulation: Simulation; readonly reason: R }
  /** The guard's owner or token is not the row's any more: whoever asked must let go. */
  | { readonly kind: "fenced" }
  /** Missing, or another's: the two are one answer. */
  | { readonly kind: "not-found" };

/** What a simulation was started with. Immutable. */
export interface StartInput {
  readonly designId: string;
  readonly projectId: string;
  readonly seed: number | null;
  readonly duration: number | null;
  readonly speed: number;
  readonly labels: Labels;
  readonly startPaused: boolean;
  /** As asked, wall s; null: what the service allows. */
  readonly maxWallTime: number | null;
  readonly maxPause: number | null;
  readonly maxQueueTime: number | null;
}

/** The bulky parts of a simulation, read only when asked for. */
export interface SimulationDocuments {
  /** The design as fetched: what ran is what is shown. */
  readonly design: unknown;
  /** The encoded engine config, and what the orchestrator needs to read the engine's answers. */
  readonly engineConfig: EngineConfig;
  readonly report: SimulationReport;
}

export interface EngineConfig {
  readonly encoded: Uint8Array;
  readonly digest: Uint8Array;
  /** Component ids by the engine's station index. */
  readonly stations: readonly string[];
  readonly assumptions: readonly Assumption[];
  readonly warnings: readonly ReportWarning[];
  /** Model features that the engine must have, by name. */
  readonly features: readonly string[];
}

/** A number that the design did not give, or marks as assumed. */
export interface Assumption {
  readonly path: string;
  readonly value: string;
  readonly text: string;
}

export interface ReportWarning {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** The result of a completed run, after its warm-up. Times s, rates per simulated second, ratios in [0,1]. */
export interface SimulationReport {
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly throughput: Estimate;
  readonly latency: LatencySummary;
  readonly latencyMean: Estimate;
  readonly components: readonly ComponentReport[];
  readonly connections: readonly ConnectionReport[];
  readonly bottleneck: string | null;
  /** Offered load that the bottleneck could carry, per s; null = unknown. */
  readonly maxSustainable: number | null;
  /** Slot time spent on attempts whose caller had given up, s. */
  readonly wastedWork: number;
  readonly engineEvents: number;
  readonly assumptions: readonly Assumption[];
  readonly warnings: readonly ReportWarning[];
}

/** A mean with the half width of its 95 % confidence interval; null where there is too little to say. */
export interface Estimate {
  readonly mean: number;
  readonly halfWidth95: number | null;
}

export interface LatencySummary {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface ComponentReport {
  readonly componentId: string;
  readonly utilization: Estimate;
  readonly throughput: Estimate;
  readonly queueLength: Estimate;
  readonly wait: Estimate;
  readonly latency: LatencySummary;
  readonly errors: number;
  readonly rejected: number;
  readonly hitRatio: number | null;
}

/** Of one connection (edge) of the design. */
export interface ConnectionReport {
  readonly connectionId: string;
  readonly calls: number;
  readonly attempts: number;
  readonly timeouts: number;
  readonly retries: number;
  readonly failures: number;
}

export interface NewSimulation {
  /** Its id is a UUIDv7 of its `createdAt`: lists by time of creation are ranges of ids. */
  readonly simulation: Simulation;
  readonly input: StartInput;
  readonly idempotencyKey: string | null;
  readonly events: readonly NewEvent[];
  readonly documents: Partial<SimulationDocuments>;
}

export type CreateResult =
  | { readonly kind: "created"; readonly simulation: Simulation; readonly events: readonly SimulationEvent[] }
  /** The key was used before, with this input. */
  | { readonly kind: "existing"; readonly simulation: Simulation; readonly input: StartInput };

export interface SimulationFilter {
  readonly ids?: readonly string[];
  readonly statuses?: readonly SimulationStatus[];
  readonly desiredStatuses?: readonly DesiredStatus[];
  readonly designId?: string;
  readonly projectId?: string;
  readonly userId?: string;
  /** All of them. */
  readonly labels?: Labels;
  /** Inclusive. */
  readonly createdAfter?: Date;
  /** Exclusive. */
  readonly createdBefore?: Date;
}

/** Newest first. Cursors are ids, which tell the time of creation (core/simulation-id.ts); BAD_INPUT for what is none. */
export interface PageRequest {
  readonly limit: number;
  /** Older than this one. */
  readonly after?: string;
  /** Newer than this one. */
  readonly before?: string;
  /** From the far end: the oldest `limit` of what is asked, still newest first. */
  readonly fromEnd: boolean;
}

export interface SimulationPage {
  readonly simulations: readonly Simulation[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

export interface EventQuery {
  readonly after: number;
  readonly limit: number;
  readonly types?: readonly EventType[];
}

/** The simulation, and the newest events of the two kinds that tell its state; of one moment. */
export interface Snapshot {
  readonly simulation: Simulation;
  readonly status: SimulationEvent | null;
  readonly metrics: SimulationEvent | null;
}

/** Samples from..to (simulated s), merged so that at most maxPoints remain. */
export interface MetricsQuery {
  readonly from: number;
  readonly to: number;
  readonly maxPoints: number;
  /** Of these components as well; those that a sample does not have are left out. None when left out. */
  readonly componentIds?: readonly string[];
}

/** One merged point. For each measure: least, mean and greatest of the samples in it. */
export interface MetricsPoint {
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly measures: Readonly<Record<MetricsMeasure, Spread>>;
  /** Of those that were asked for, in that order. */
  readonly components: readonly ComponentPoint[];
}

export interface ComponentPoint {
  readonly componentId: string;
  readonly measures: Readonly<Record<ComponentMeasure, Spread>>;
}

export const metricsMeasures = [
  "throughput",
  "errorRate",
  "latencyP50",
  "latencyP95",
  "latencyP99",
  "inFlight",
] as const satisfies readonly (keyof Extract<EventBody, { type: "METRICS_SAMPLED" }>)[];

export type MetricsMeasure = (typeof metricsMeasures)[number];

export const componentMeasures = [
  "throughput",
  "errorRate",
  "utilization",
  "queueLength",
  "latencyP95",
] as const satisfies readonly (keyof ComponentMetrics)[];

export type ComponentMeasure = (typeof componentMeasures)[number];

export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

/**
 * Throws ServiceError UNAVAILABLE when the database cannot be asked. For `create` and `change` the outcome is
 * then unknown, not refused: asking again is safe (by the key; by what the row says).
 */
export interface SimulationStore {
  /** With an idempotency key: at most one simulation per (user, project, key), ever. */
  create(draft: NewSimulation): Promise<CreateResult>;
  /** The simulation that the key made, if any. */
  findByKey(
    userId: string,
    projectId: string,
    key: string,
  ): Promise<{ simulation: Simulation; input: StartInput } | null>;
  /** Resolves when committed. Several changes of one simulation are decided in the order of the calls. */
  change<R = never>(id: string, guard: Guard, decide: Decide<R>): Promise<ChangeResult<R>>;

  get(viewer: Viewer, id: string): Promise<Simulation | null>;
  /** In the order of the ids; null where missing or another's. */
  getMany(viewer: Viewer, ids: readonly string[]): Promise<readonly (Simulation | null)[]>;
  /**
   * Where no index serves the filter, and the database finds the page too long in coming: BAD_INPUT.
   * docs/lists.md tells which filters that can happen to.
   */
  list(viewer: Viewer, filter: SimulationFilter, page: PageRequest): Promise<SimulationPage>;
  /** Counted no further than `most`; `limits.listCountMax` + 1 when left out. Fails as `list` does. */
  count(viewer: Viewer, filter: SimulationFilter, most?: number): Promise<number>;
  /** Ascending by seq; null where the simulation is missing or another's. */
  events(viewer: Viewer, id: string, query: EventQuery): Promise<readonly SimulationEvent[] | null>;
  snapshot(viewer: Viewer, id: string): Promise<Snapshot | null>;
  metrics(viewer: Viewer, id: string, query: MetricsQuery): Promise<readonly MetricsPoint[] | null>;
  documents(viewer: Viewer, id: string): Promise<Partial<SimulationDocuments> | null>;
  input(viewer: Viewer, id: string): Promise<StartInput | null>;
  /**
   * Retention: removes metrics events of one simulation that ended before that time, at most `limit` of them; its
   * newest sample, all other events, the documents and the report stay. The number removed; null: nothing is left
   * to remove of any simulation.
   */
  dropMetrics(endedBefore: Date, limit: number): Promise<number | null>;
  /** 1-based place of each QUEUED simulation in the order in which the scheduler would take them. */
  queuePositions(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
