// graphql-redis-subscriptions as its documentation has it; ready when both connections are.
import { once } from "node:events";
import { RedisPubSub } from "graphql-redis-subscriptions";
import { Redis } from "ioredis";
import { channelOf } from "./schema.mjs";

const publisher = new Redis(process.env.REDIS_URL);
const subscriber = new Redis(process.env.REDIS_URL);
await Promise.all([once(publisher, "ready"), once(subscriber, "ready")]);

const pubsub = new RedisPubSub({ publisher, subscriber });

export const resolvers = {
  Query: { version: () => "1" },
  Subscription: {
    simulationEvents: {
      subscribe: (_, { simulationId }) => pubsub.asyncIterableIterator(channelOf(simulationId)),
    },
  },
};
