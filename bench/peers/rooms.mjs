// What servers without GraphQL share: who subscribes to which simulation, by the least of graphql-transport-ws that
// the benchmark's viewers speak; and what Redis brings for them.
import { once } from "node:events";
import { Redis } from "ioredis";
import { channelOf } from "./schema.mjs";

const subscriber = new Redis(process.env.REDIS_URL);
await once(subscriber, "ready");

export const acknowledged = JSON.stringify({ type: "connection_ack" });

/** The channel that a viewer's message subscribes to; undefined: it greets. */
export function channelAskedFor(text) {
  const { type, payload } = JSON.parse(text);
  return type === "subscribe" ? channelOf(payload.variables.id) : undefined;
}

/** The first viewer of a channel has come. */
export function hear(channel) {
  void subscriber.subscribe(channel);
}

/** @param {(channel: string, message: Buffer) => void} forward */
export function onMessage(forward) {
  subscriber.on("messageBuffer", (channel, message) => forward(channel.toString(), message));
}
