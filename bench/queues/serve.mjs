// A server as one writes it around a library of jobs: GraphQL Yoga, the mutation of this project's API, and a
// resolver that puts a job into the queue. It ends when its standard input does.
import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";

const typeDefs = `
  scalar JSON
  scalar DateTime

  type Query {
    ready: Boolean!
  }

  type Mutation {
    startSimulation(input: StartSimulationInput!): StartSimulationResult!
  }

  input StartSimulationInput {
    designId: ID!
    projectId: ID
    idempotencyKey: String
    seed: Int
    duration: Float
    speed: Float = 10
    labels: JSON
    startPaused: Boolean
    maxWallTime: Float
    maxPause: Float
    maxQueueTime: Float
  }

  union StartSimulationResult = Simulation | InvalidInputError

  type InvalidInputError {
    message: String!
  }

  type Simulation {
    id: ID!
    designId: ID!
    status: String!
    createdAt: DateTime!
  }
`;

/**
 * Prints "Ready http://…" when it takes requests.
 *
 * @param {(input: Record<string, unknown>) => Promise<string>} add Resolves, when the job is durable, with its id.
 */
export function serve(add) {
  const resolvers = {
    Query: { ready: () => true },
    Mutation: {
      /**
       * @param {unknown} _
       * @param {{ input: Record<string, unknown> }} args
       */
      async startSimulation(_, { input }) {
        const createdAt = new Date().toISOString();
        const id = await add({ ...input, createdAt });
        return { __typename: "Simulation", id, designId: input.designId, status: "QUEUED", createdAt };
      },
    },
  };
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false });
  const server = createServer(yoga);
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("No port.");
    process.stdout.write(`Ready http://127.0.0.1:${address.port}\n`);
  });
  process.stdin.on("end", () => process.exit()).resume();
}
