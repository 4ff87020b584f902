// Which types stand behind the interfaces of the schema, so that `... on Error` and `... on SimulationEvent` match in
// the cache. A test compares them with schema.graphql.
export const possibleTypes: Readonly<Record<string, string[]>> = {
  Error: [
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
  ],
  SimulationEvent: [
    "AttemptStarted",
    "FaultChanged",
    "LogEmitted",
    "MetricsSampled",
    "SpeedChanged",
    "StatusChanged",
    "StreamStateChanged",
  ],
};
