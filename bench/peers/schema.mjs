// The part of the service's schema that the benchmark's documents ask for, under the same names.

export const typeDefs = /* GraphQL */ `
  scalar DateTime

  enum SimulationStatus {
    QUEUED
    STARTING
    RUNNING
    PAUSED
    COMPLETED
    STOPPED
    FAILED
  }

  enum DesiredStatus {
    RUNNING
    PAUSED
    STOPPED
  }

  enum StreamState {
    CATCHING_UP
    LIVE
    STALE
    GAP
  }

  interface SimulationEvent {
    simulationId: ID!
    seq: Int!
    at: DateTime!
    simulatedTime: Float!
  }

  type StatusChanged implements SimulationEvent {
    simulationId: ID!
    seq: Int!
    at: DateTime!
    simulatedTime: Float!
    status: SimulationStatus!
    previousStatus: SimulationStatus!
    desiredStatus: DesiredStatus!
    reason: String
  }

  type ComponentMetrics {
    componentId: ID!
    arrivals: Float!
    throughput: Float!
    errorRate: Float!
    rejected: Float!
    utilization: Float!
    queueLength: Float!
    queueMax: Float!
    replicas: Float!
    latencyMean: Float!
    latencyP50: Float!
    latencyP95: Float!
    latencyP99: Float!
    hitRatio: Float
  }

  type MetricsSampled implements SimulationEvent {
    simulationId: ID!
    seq: Int!
    at: DateTime!
    simulatedTime: Float!
    window: Float!
    progress: Float!
    offered: Float!
    throughput: Float!
    errorRate: Float!
    latencyMean: Float!
    latencyP50: Float!
    latencyP95: Float!
    latencyP99: Float!
    latencyMax: Float!
    inFlight: Float!
    components: [ComponentMetrics!]!
  }

  type StreamStateChanged implements SimulationEvent {
    simulationId: ID!
    seq: Int!
    at: DateTime!
    simulatedTime: Float!
    state: StreamState!
    reason: String
  }

  type Query {
    version: String!
  }

  type Subscription {
    simulationEvents(simulationId: ID!): SimulationEvent!
  }
`;

/** @param {string} simulationId */
export function channelOf(simulationId) {
  return `simulation.${simulationId}`;
}
