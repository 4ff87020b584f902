// The rule of every field of the API. A field of a root, or of a simulation, that is not here fails the matrix, and so
// does a type that nobody has thought about.

/**
 * What decides whether somebody gets a field:
 * - `anyone`: whoever may use the service at all.
 * - `sees`: whoever sees the simulation that its `id` names; for everybody else there is none.
 * - `commands`: whoever commands the simulation that its `id` names. Who only sees it is refused; for everybody else
 *   there is none.
 * - `starts`: whoever is an operator of the project.
 * - `lists`: each gets what they see, and nothing else.
 * - `bulk`: each changes what they command, and nothing else.
 * - `trail`: admins of the project, and whoever did it.
 * - `admin`: admins of the service.
 */
export type RootRule = "anyone" | "sees" | "commands" | "starts" | "lists" | "bulk" | "trail" | "admin";

export const rootRules: Readonly<Record<string, RootRule>> = {
  "Query.audit": "trail",
  "Query.design": "anyone",
  "Query.designs": "anyone",
  "Query.node": "sees",
  "Query.nodes": "sees",
  "Query.session": "anyone",
  "Query.simulation": "sees",
  "Query.simulations": "lists",
  "Mutation.announce": "admin",
  "Mutation.pauseSimulation": "commands",
  "Mutation.renewSession": "anyone",
  "Mutation.resumeSimulation": "commands",
  "Mutation.revokeSessions": "admin",
  "Mutation.setSimulationSpeed": "commands",
  "Mutation.startSimulation": "starts",
  "Mutation.stopSimulation": "commands",
  "Mutation.stopSimulations": "bulk",
  "Subscription.announcements": "anyone",
  "Subscription.simulationEvents": "sees",
  "Subscription.simulationUpdates": "lists",
};

/** Of a simulation that is seen: for all who see it, or for its operators, and null for others. */
export const simulationRules: Readonly<Record<string, "sees" | "operates">> = {
  attempt: "sees",
  createdAt: "sees",
  design: "sees",
  designDocument: "sees",
  designId: "sees",
  designName: "sees",
  designRevision: "sees",
  desiredSpeed: "sees",
  desiredStatus: "sees",
  duration: "sees",
  endTime: "sees",
  events: "sees",
  failure: "sees",
  id: "sees",
  labels: "sees",
  lastSeq: "sees",
  metrics: "sees",
  owner: "operates",
  progress: "sees",
  projectId: "sees",
  queue: "sees",
  report: "sees",
  seed: "sees",
  simulatedTime: "sees",
  speed: "sees",
  staleReason: "sees",
  startTime: "sees",
  status: "sees",
  userId: "sees",
  viewerRole: "sees",
  waiting: "sees",
};

/** Types whose fields are had with what they are a part of, and in no other way. */
export const parts: ReadonlySet<string> = new Set([
  // Of a design.
  "Design",
  "DesignConnection",
  "DesignEdge",
  "DesignProblem",
  // Of a simulation that is seen.
  "Assumption",
  "ComponentMetrics",
  "ComponentMetricsPoint",
  "ComponentReport",
  "ConnectionReport",
  "Estimate",
  "LatencySummary",
  "MetricsPoint",
  "MetricsSpread",
  "ReportWarning",
  "SimulationEventConnection",
  "SimulationEventEdge",
  "SimulationFailure",
  "SimulationOwner",
  "SimulationQueue",
  "SimulationReport",
  "SimulationWaiting",
  // Of lists and streams, each of whose items is seen.
  "PageInfo",
  "SimulationConnection",
  "SimulationEdge",
  "SimulationUpdate",
  "AttemptStarted",
  "FaultChanged",
  "LogEmitted",
  "MetricsSampled",
  "SpeedChanged",
  "StatusChanged",
  "StreamStateChanged",
  // Answers to whoever asked.
  "Announcement",
  "AuditConnection",
  "AuditEdge",
  "AuditRecord",
  "ProjectRole",
  "Session",
  "SessionsRevoked",
  "StopSimulationsPayload",
  "DesignInvalidError",
  "DesignNotFoundError",
  "ForbiddenError",
  "IdempotencyConflictError",
  "InvalidInputError",
  "InvalidTransitionError",
  "LimitExceededError",
  "SimulationNotFoundError",
  "UnauthenticatedError",
  "UnavailableError",
]);
