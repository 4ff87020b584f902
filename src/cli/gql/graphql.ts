/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What was last asked. Stopping and pausing are the difference between this and the status. */
export type DesiredStatus =
  /** It shall hold. */
  | 'PAUSED'
  /** It shall run. */
  | 'RUNNING'
  /** It shall end. */
  | 'STOPPED';

/** What kind of error it is. Errors outside of unions carry it as `extensions.code`. */
export type ErrorCode =
  /** The request itself is wrong; the message says what to change. */
  | 'BAD_INPUT'
  /** `after` lies beyond the end of the log. */
  | 'CURSOR_OUT_OF_RANGE'
  /** The design cannot be simulated as it is; the problems say why. */
  | 'DESIGN_INVALID'
  /** There is no such design, or the viewer may not see it. */
  | 'DESIGN_NOT_FOUND'
  /** The viewer may see it, but needs a greater role to do this. */
  | 'FORBIDDEN'
  /** The idempotency key was used before, with other input. */
  | 'IDEMPOTENCY_CONFLICT'
  /** The simulation is in a status in which this cannot be done. */
  | 'INVALID_TRANSITION'
  /** A limit of the service is reached. */
  | 'LIMIT_EXCEEDED'
  /** There is no such simulation, or the viewer may not see it. */
  | 'SIMULATION_NOT_FOUND'
  /** Nobody that may use the service, or not any more: show a good token. */
  | 'UNAUTHENTICATED'
  /** A part of the service is down; the same request may be sent again. */
  | 'UNAVAILABLE';

/** How much it matters. */
export type LogLevel =
  /** Something is wrong. */
  | 'ERROR'
  /** Good to know. */
  | 'INFO'
  /** Worth a look. */
  | 'WARN';

/**
 * Which simulations. All that is given must hold; nothing given: all that the viewer may see. Served by an
 * index, however many simulations there are: `ids`; or any of `projectId`, `userId`, `mine`, `designId`, `statuses`,
 * `createdAfter`, `createdBefore` together. The rest is searched for, and refused (BAD_INPUT) where that takes too long.
 */
export type SimulationFilter = {
  /** Asked for at this moment or later. */
  readonly createdAfter?: string | null | undefined;
  /** Asked for before this moment. */
  readonly createdBefore?: string | null | undefined;
  /** Runs of this design. */
  readonly designId?: string | number | null | undefined;
  /** Last asked to be one of these. */
  readonly desiredStatuses?: ReadonlyArray<DesiredStatus> | null | undefined;
  /** One of these, at most 1000. */
  readonly ids?: ReadonlyArray<string | number> | null | undefined;
  /** Has all of these labels: an object of strings. */
  readonly labels?: unknown;
  /** true: started by the viewer. false says nothing. */
  readonly mine?: boolean | null | undefined;
  /** Of this project. */
  readonly projectId?: string | number | null | undefined;
  /** In one of these statuses. */
  readonly statuses?: ReadonlyArray<SimulationStatus> | null | undefined;
  /** Started by this user. */
  readonly userId?: string | number | null | undefined;
};

/** What is confirmed. The terminal statuses never change. */
export type SimulationStatus =
  /** Ran to its end. Terminal; there is a report. */
  | 'COMPLETED'
  /** Could not be run, or not to its end; `failure` says why. Terminal. */
  | 'FAILED'
  /** The engine confirmed that it holds; no event beyond that simulated time exists. */
  | 'PAUSED'
  /** Waits for a place on an engine, or for its design; `queue` and `waiting` say why. */
  | 'QUEUED'
  /** The engine confirmed that it runs. */
  | 'RUNNING'
  /** Has a place; the engine has not confirmed the run yet. */
  | 'STARTING'
  /** Was stopped. Terminal. */
  | 'STOPPED';

/** What to simulate, and how. */
export type StartSimulationInput = {
  /** The design to run. */
  readonly designId: string | number;
  /** How long to simulate, simulated s; as the design says when left out. */
  readonly duration?: number | null | undefined;
  /**
   * Names this start, so that it can be sent again: the same key with the same input is the same simulation. Within
   * the viewer and the project; 1 to 200 characters.
   */
  readonly idempotencyKey?: string | null | undefined;
  /** An object of strings, to find it by: at most 32 labels, names up to 63 and values up to 256 characters. */
  readonly labels?: unknown;
  /** End it when it has been paused for so long, wall s. At most what the service allows. */
  readonly maxPause?: number | null | undefined;
  /** Give up when it has been QUEUED for so long, wall s. At most what the service allows. */
  readonly maxQueueTime?: number | null | undefined;
  /** End it after so long, wall s; pauses do not count. At most what the service allows. */
  readonly maxWallTime?: number | null | undefined;
  /** The project it belongs to; the viewer's default project when left out. */
  readonly projectId?: string | number | null | undefined;
  /** Of the random numbers, 0 or more: same design, same seed, same run. Chosen when left out. */
  readonly seed?: number | null | undefined;
  /** Simulated s per wall s; 0 = as fast as possible. At most 1000000. */
  readonly speed?: number | null | undefined;
  /** Hold at the beginning until resumed. False when left out. */
  readonly startPaused?: boolean | null | undefined;
};

/** How a stream stands. */
export type StreamState =
  /** What follows is from the past. */
  | 'CATCHING_UP'
  /** Events before this place are no longer kept. */
  | 'GAP'
  /** What follows comes as it happens. */
  | 'LIVE'
  /** Nothing new can be known just now; the reason says why. */
  | 'STALE';

/** What is waited for. */
export type WaitingCode =
  /** A place within the limits of the service, the project or the user. */
  | 'CAPACITY'
  /** The Design Service does not answer. */
  | 'DESIGN_SERVICE'
  /** No engine has room. */
  | 'ENGINE_FULL'
  /** No engine answers. */
  | 'ENGINE_UNAVAILABLE';

export type SimulationFieldsFragment = { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null };

export type LatencyFieldsFragment = { readonly mean: number, readonly p50: number, readonly p90: number, readonly p95: number, readonly p99: number, readonly max: number };

export type EstimateFieldsFragment = { readonly mean: number, readonly halfWidth95: number | null };

export type DesignsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type DesignsQuery = { readonly designs: { readonly nodes: ReadonlyArray<{ readonly __typename: 'Design', readonly id: string, readonly name: string, readonly revision: number }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } };

export type ListQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: SimulationFilter | null | undefined;
}>;


export type ListQuery = { readonly simulations: { readonly nodes: ReadonlyArray<{ readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } };

export type RecentIdsQueryVariables = Exact<{ [key: string]: never; }>;


export type RecentIdsQuery = { readonly simulations: { readonly nodes: ReadonlyArray<{ readonly id: string }> } };

export type ShowQueryVariables = Exact<{
  id: string | number;
}>;


export type ShowQuery = { readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly queue: { readonly position: number, readonly reason: string | null } | null, readonly owner: { readonly engine: string | null, readonly replica: string } | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } | null };

export type ReportQueryVariables = Exact<{
  id: string | number;
}>;


export type ReportQuery = { readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly report: { readonly __typename: 'SimulationReport', readonly requests: number, readonly succeeded: number, readonly failed: number, readonly bottleneck: string | null, readonly maxSustainable: number | null, readonly wastedWork: number, readonly engineEvents: number, readonly throughput: { readonly mean: number, readonly halfWidth95: number | null }, readonly latencyMean: { readonly mean: number, readonly halfWidth95: number | null }, readonly latency: { readonly mean: number, readonly p50: number, readonly p90: number, readonly p95: number, readonly p99: number, readonly max: number }, readonly components: ReadonlyArray<{ readonly componentId: string, readonly errors: number, readonly rejected: number, readonly hitRatio: number | null, readonly throughput: { readonly mean: number, readonly halfWidth95: number | null }, readonly utilization: { readonly mean: number, readonly halfWidth95: number | null }, readonly queueLength: { readonly mean: number, readonly halfWidth95: number | null }, readonly wait: { readonly mean: number, readonly halfWidth95: number | null }, readonly latency: { readonly mean: number, readonly p50: number, readonly p90: number, readonly p95: number, readonly p99: number, readonly max: number } }>, readonly connections: ReadonlyArray<{ readonly connectionId: string, readonly calls: number, readonly attempts: number, readonly retries: number, readonly timeouts: number, readonly failures: number }>, readonly warnings: ReadonlyArray<{ readonly code: string, readonly message: string, readonly path: string }>, readonly assumptions: ReadonlyArray<{ readonly path: string, readonly value: string, readonly text: string }> } | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } | null };

export type StartMutationVariables = Exact<{
  input: StartSimulationInput;
}>;


export type StartMutation = { readonly startSimulation:
    | { readonly __typename: 'DesignInvalidError', readonly code: ErrorCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly code: string, readonly path: string, readonly message: string }> }
    | { readonly __typename: 'DesignNotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'ForbiddenError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'IdempotencyConflictError', readonly code: ErrorCode, readonly message: string, readonly simulationId: string, readonly fields: ReadonlyArray<string> }
    | { readonly __typename: 'InvalidInputError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'LimitExceededError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null }
    | { readonly __typename: 'UnavailableError', readonly code: ErrorCode, readonly message: string }
   };

export type PauseMutationVariables = Exact<{
  id: string | number;
}>;


export type PauseMutation = { readonly pauseSimulation:
    | { readonly __typename: 'ForbiddenError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'InvalidTransitionError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null }
    | { readonly __typename: 'SimulationNotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnavailableError', readonly code: ErrorCode, readonly message: string }
   };

export type ResumeMutationVariables = Exact<{
  id: string | number;
}>;


export type ResumeMutation = { readonly resumeSimulation:
    | { readonly __typename: 'ForbiddenError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'InvalidTransitionError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null }
    | { readonly __typename: 'SimulationNotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnavailableError', readonly code: ErrorCode, readonly message: string }
   };

export type StopMutationVariables = Exact<{
  id: string | number;
}>;


export type StopMutation = { readonly stopSimulation:
    | { readonly __typename: 'ForbiddenError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'InvalidTransitionError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null }
    | { readonly __typename: 'SimulationNotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnavailableError', readonly code: ErrorCode, readonly message: string }
   };

export type SetSpeedMutationVariables = Exact<{
  id: string | number;
  speed: number;
}>;


export type SetSpeedMutation = { readonly setSimulationSpeed:
    | { readonly __typename: 'ForbiddenError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'InvalidInputError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'InvalidTransitionError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null }
    | { readonly __typename: 'SimulationNotFoundError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'UnavailableError', readonly code: ErrorCode, readonly message: string }
   };

export type WatchSubscriptionVariables = Exact<{
  id: string | number;
  after?: number | null | undefined;
}>;


export type WatchSubscription = { readonly simulationEvents:
    | { readonly __typename: 'AttemptStarted', readonly attempt: number, readonly replay: boolean, readonly reason: string | null, readonly seq: number, readonly at: string, readonly simulatedTime: number, readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } }
    | { readonly __typename: 'FaultChanged', readonly faultId: string, readonly kind: string, readonly componentId: string | null, readonly phase: string, readonly value: number, readonly seq: number, readonly at: string, readonly simulatedTime: number, readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } }
    | { readonly __typename: 'LogEmitted', readonly level: LogLevel, readonly code: string, readonly message: string, readonly componentId: string | null, readonly seq: number, readonly at: string, readonly simulatedTime: number, readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } }
    | { readonly __typename: 'MetricsSampled', readonly progress: number, readonly window: number, readonly offered: number, readonly throughput: number, readonly errorRate: number, readonly inFlight: number, readonly latencyMean: number, readonly latencyP50: number, readonly latencyP95: number, readonly latencyP99: number, readonly latencyMax: number, readonly seq: number, readonly at: string, readonly simulatedTime: number, readonly components: ReadonlyArray<{ readonly componentId: string, readonly arrivals: number, readonly throughput: number, readonly utilization: number, readonly queueLength: number, readonly queueMax: number, readonly errorRate: number, readonly rejected: number, readonly replicas: number, readonly hitRatio: number | null, readonly latencyMean: number, readonly latencyP50: number, readonly latencyP95: number, readonly latencyP99: number }>, readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } }
    | { readonly __typename: 'SpeedChanged', readonly speed: number, readonly desiredSpeed: number, readonly seq: number, readonly at: string, readonly simulatedTime: number, readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } }
    | { readonly __typename: 'StatusChanged', readonly status: SimulationStatus, readonly previousStatus: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly reason: string | null, readonly seq: number, readonly at: string, readonly simulatedTime: number, readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } }
    | { readonly __typename: 'StreamStateChanged', readonly state: StreamState, readonly reason: string | null, readonly seq: number, readonly at: string, readonly simulatedTime: number, readonly simulation: { readonly __typename: 'Simulation', readonly id: string, readonly designId: string, readonly designName: string | null, readonly designRevision: number | null, readonly projectId: string, readonly userId: string, readonly status: SimulationStatus, readonly desiredStatus: DesiredStatus, readonly progress: number, readonly simulatedTime: number, readonly duration: number | null, readonly speed: number, readonly desiredSpeed: number, readonly seed: number, readonly attempt: number, readonly lastSeq: number, readonly labels: unknown, readonly staleReason: string | null, readonly createdAt: string, readonly startTime: string | null, readonly endTime: string | null, readonly failure: { readonly code: string, readonly message: string } | null, readonly waiting: { readonly code: WaitingCode, readonly message: string } | null } }
   };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const SimulationFieldsFragmentDoc = new TypedDocumentString(`
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}
    `, {"fragmentName":"SimulationFields"}) as unknown as TypedDocumentString<SimulationFieldsFragment, unknown>;
export const LatencyFieldsFragmentDoc = new TypedDocumentString(`
    fragment LatencyFields on LatencySummary {
  mean
  p50
  p90
  p95
  p99
  max
}
    `, {"fragmentName":"LatencyFields"}) as unknown as TypedDocumentString<LatencyFieldsFragment, unknown>;
export const EstimateFieldsFragmentDoc = new TypedDocumentString(`
    fragment EstimateFields on Estimate {
  mean
  halfWidth95
}
    `, {"fragmentName":"EstimateFields"}) as unknown as TypedDocumentString<EstimateFieldsFragment, unknown>;
export const DesignsDocument = new TypedDocumentString(`
    query Designs($after: String) {
  designs(first: 200, after: $after) {
    nodes {
      __typename
      id
      name
      revision
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<DesignsQuery, DesignsQueryVariables>;
export const ListDocument = new TypedDocumentString(`
    query List($first: Int, $after: String, $filter: SimulationFilter) {
  simulations(first: $first, after: $after, filter: $filter) {
    nodes {
      ...SimulationFields
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}`) as unknown as TypedDocumentString<ListQuery, ListQueryVariables>;
export const RecentIdsDocument = new TypedDocumentString(`
    query RecentIds {
  simulations(first: 200) {
    nodes {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RecentIdsQuery, RecentIdsQueryVariables>;
export const ShowDocument = new TypedDocumentString(`
    query Show($id: ID!) {
  simulation(id: $id) {
    ...SimulationFields
    queue {
      position
      reason
    }
    owner {
      engine
      replica
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}`) as unknown as TypedDocumentString<ShowQuery, ShowQueryVariables>;
export const ReportDocument = new TypedDocumentString(`
    query Report($id: ID!) {
  simulation(id: $id) {
    ...SimulationFields
    report {
      __typename
      requests
      succeeded
      failed
      throughput {
        ...EstimateFields
      }
      latencyMean {
        ...EstimateFields
      }
      latency {
        ...LatencyFields
      }
      bottleneck
      maxSustainable
      wastedWork
      engineEvents
      components {
        componentId
        throughput {
          ...EstimateFields
        }
        utilization {
          ...EstimateFields
        }
        queueLength {
          ...EstimateFields
        }
        wait {
          ...EstimateFields
        }
        latency {
          ...LatencyFields
        }
        errors
        rejected
        hitRatio
      }
      connections {
        connectionId
        calls
        attempts
        retries
        timeouts
        failures
      }
      warnings {
        code
        message
        path
      }
      assumptions {
        path
        value
        text
      }
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}
fragment LatencyFields on LatencySummary {
  mean
  p50
  p90
  p95
  p99
  max
}
fragment EstimateFields on Estimate {
  mean
  halfWidth95
}`) as unknown as TypedDocumentString<ReportQuery, ReportQueryVariables>;
export const StartDocument = new TypedDocumentString(`
    mutation Start($input: StartSimulationInput!) {
  startSimulation(input: $input) {
    ...SimulationFields
    ... on Error {
      __typename
      code
      message
    }
    ... on DesignInvalidError {
      problems {
        code
        path
        message
      }
    }
    ... on IdempotencyConflictError {
      simulationId
      fields
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}`) as unknown as TypedDocumentString<StartMutation, StartMutationVariables>;
export const PauseDocument = new TypedDocumentString(`
    mutation Pause($id: ID!) {
  pauseSimulation(id: $id) {
    ...SimulationFields
    ... on Error {
      __typename
      code
      message
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}`) as unknown as TypedDocumentString<PauseMutation, PauseMutationVariables>;
export const ResumeDocument = new TypedDocumentString(`
    mutation Resume($id: ID!) {
  resumeSimulation(id: $id) {
    ...SimulationFields
    ... on Error {
      __typename
      code
      message
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}`) as unknown as TypedDocumentString<ResumeMutation, ResumeMutationVariables>;
export const StopDocument = new TypedDocumentString(`
    mutation Stop($id: ID!) {
  stopSimulation(id: $id) {
    ...SimulationFields
    ... on Error {
      __typename
      code
      message
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}`) as unknown as TypedDocumentString<StopMutation, StopMutationVariables>;
export const SetSpeedDocument = new TypedDocumentString(`
    mutation SetSpeed($id: ID!, $speed: Float!) {
  setSimulationSpeed(id: $id, speed: $speed) {
    ...SimulationFields
    ... on Error {
      __typename
      code
      message
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}`) as unknown as TypedDocumentString<SetSpeedMutation, SetSpeedMutationVariables>;
export const WatchDocument = new TypedDocumentString(`
    subscription Watch($id: ID!, $after: Int) {
  simulationEvents(simulationId: $id, after: $after) {
    __typename
    seq
    at
    simulatedTime
    simulation {
      ...SimulationFields
    }
    ... on StatusChanged {
      status
      previousStatus
      desiredStatus
      reason
    }
    ... on SpeedChanged {
      speed
      desiredSpeed
    }
    ... on MetricsSampled {
      progress
      window
      offered
      throughput
      errorRate
      inFlight
      latencyMean
      latencyP50
      latencyP95
      latencyP99
      latencyMax
      components {
        componentId
        arrivals
        throughput
        utilization
        queueLength
        queueMax
        errorRate
        rejected
        replicas
        hitRatio
        latencyMean
        latencyP50
        latencyP95
        latencyP99
      }
    }
    ... on LogEmitted {
      level
      code
      message
      componentId
    }
    ... on FaultChanged {
      faultId
      kind
      componentId
      phase
      value
    }
    ... on AttemptStarted {
      attempt
      replay
      reason
    }
    ... on StreamStateChanged {
      state
      reason
    }
  }
}
    fragment SimulationFields on Simulation {
  __typename
  id
  designId
  designName
  designRevision
  projectId
  userId
  status
  desiredStatus
  failure {
    code
    message
  }
  progress
  simulatedTime
  duration
  speed
  desiredSpeed
  seed
  attempt
  lastSeq
  labels
  staleReason
  waiting {
    code
    message
  }
  createdAt
  startTime
  endTime
}`) as unknown as TypedDocumentString<WatchSubscription, WatchSubscriptionVariables>;