// What a normalised cache has to know of the schema. A test compares it with schema.graphql.
const errors = [
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
];

const events = [
  "AttemptStarted",
  "FaultChanged",
  "LogEmitted",
  "MetricsSampled",
  "SpeedChanged",
  "StatusChanged",
  "StreamStateChanged",
];

/** Which types stand behind the interfaces, so that `... on Error` and `... on SimulationEvent` match. */
export const possibleTypes: Readonly<Record<string, string[]>> = {
  Error: errors,
  Node: ["Simulation"],
  SimulationEvent: events,
};

/** Objects without an id: they are a part of what they are found in. */
export const valueTypes: readonly string[] = [
  ...errors,
  ...events,
  "Assumption",
  "AuditConnection",
  "AuditEdge",
  "ComponentMetrics",
  "ComponentMetricsPoint",
  "ComponentReport",
  "ConnectionReport",
  "DesignConnection",
  "DesignEdge",
  "DesignProblem",
  "Estimate",
  "LatencySummary",
  "MetricsPoint",
  "MetricsSpread",
  "PageInfo",
  "ProjectRole",
  "ReportWarning",
  "Session",
  "SessionsRevoked",
  "SimulationConnection",
  "SimulationEdge",
  "SimulationEventConnection",
  "SimulationEventEdge",
  "SimulationFailure",
  "SimulationOwner",
  "SimulationQueue",
  "SimulationReport",
  "SimulationUpdate",
  "SimulationWaiting",
  "StopSimulationsPayload",
];
