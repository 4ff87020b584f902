// Mercurius with mqemitter-redis: https://mercurius.dev/#/docs/subscriptions
import { once } from "node:events";
import Fastify from "fastify";
import mercurius from "mercurius";
import redis from "mqemitter-redis";
import { channelOf, typeDefs } from "./schema.mjs";

const emitter = redis({ connectionString: process.env.REDIS_URL });
await Promise.all([once(emitter.subConn, "ready"), once(emitter.pubConn, "ready")]);

const app = Fastify();
app.register(mercurius, {
  schema: typeDefs,
  resolvers: {
    Query: { version: () => "1" },
    SimulationEvent: { resolveType: ({ __typename }) => __typename },
    Subscription: {
      simulationEvents: {
        subscribe: (_root, { simulationId }, { pubsub }) => pubsub.subscribe(channelOf(simulationId)),
      },
    },
  },
  subscription: { emitter },
});
await app.listen({ host: "127.0.0.1", port: 0 });
console.log(`listening http://127.0.0.1:${app.server.address().port}`);
