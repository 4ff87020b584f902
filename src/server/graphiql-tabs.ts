// The tabs with which GraphiQL opens for the first time: the life of a simulation from its design to its report, one
// step a tab. A test runs each of them in a browser.

export interface GraphiqlTab {
  readonly query: string;
  /** JSON, as its editor shows it. */
  readonly variables?: string;
}

const paste = `# Paste the id that Start answered between the quotes
# under Variables, below.`;
const id = `{ "id": "" }`;

/** Its operation's name is the name of the tab. */
export const graphiqlTabs: readonly GraphiqlTab[] = [
  {
    query: `# From left to right the tabs tell the life of a simulation.
# Run each with the play button, or by Ctrl-Enter.
#
# First: what can be simulated?
query Designs {
  designs(first: 20) {
    nodes { id name revision }
  }
}
`,
  },
  {
    query: `# Starts a simulation of a design.
# Copy the id that it answers: the next tabs want it.
#
# speed: simulated seconds a second; 0: as fast as possible.
# duration: simulated seconds.
mutation Start($designId: ID!, $speed: Float, $duration: Float) {
  startSimulation(
    input: {
      designId: $designId
      speed: $speed
      duration: $duration
      labels: { from: "graphiql" }
    }
  ) {
    __typename
    ... on Simulation { id status designName seed duration }
    ... on Error { code message }
  }
}
`,
    variables: `{
  "designId": "web-shop",
  "speed": 10,
  "duration": 600
}`,
  },
  {
    query: `${paste}
#
# after: 0 tells everything from the beginning, goes on live,
# and ends when the simulation has ended.
subscription Watch($id: ID!) {
  simulationEvents(simulationId: $id, after: 0) {
    __typename
    seq
    simulatedTime
    ... on StatusChanged { status desiredStatus reason }
    ... on MetricsSampled { progress throughput errorRate latencyP95 }
    ... on LogEmitted { level message }
    ... on StreamStateChanged { state reason }
  }
}
`,
    variables: id,
  },
  ...[
    ["Pause", "pauseSimulation", "Holds it. Watch tells when the engine has confirmed that."],
    ["Resume", "resumeSimulation", "Lets it go on."],
    ["Stop", "stopSimulation", "Ends it for good, before its time: there is no report then."],
  ].map(([name, field, about]) => ({
    query: `${paste}
#
# ${about}
mutation ${name}($id: ID!) {
  ${field}(id: $id) {
    __typename
    ... on Simulation { id status desiredStatus }
    ... on Error { code message }
  }
}
`,
    variables: id,
  })),
  {
    query: `${paste}
#
# What came out, once the status is COMPLETED,
# with every number that had to be assumed.
query Report($id: ID!) {
  simulation(id: $id) {
    status
    progress
    report {
      requests failed
      throughput { mean halfWidth95 }
      latency { mean p95 p99 }
      bottleneck
      maxSustainable
      components { componentId utilization { mean } latency { p95 } }
      assumptions { path value text }
    }
  }
}
`,
    variables: id,
  },
];
