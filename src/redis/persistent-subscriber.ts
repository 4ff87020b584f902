// The subscriber as graphql-redis-subscriptions may have it: SUBSCRIBE does not fail but is tried again, and the
// promises that the library leaves alone (UNSUBSCRIBE, and a SUBSCRIBE that fails) cannot end the process.
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import type { RedisClient } from "./connect.ts";

/** A refusal (no permission for the channel, say) is asked about again after so long, ms. */
const againMs = 1_000;

export function persistentSubscriber(client: RedisClient, closing: AbortSignal, log: Log): RedisClient {
  async function subscribe(channel: string, done: (error: null) => void): Promise<void> {
    while (!closing.aborted) {
      try {
        await client.subscribe(channel);
        return done(null);
      } catch (error) {
        if (closing.aborted) return;
        log.warn({ reason: messageOf(error) }, "Redis refused a subscription; asking again.");
        await delay(againMs, undefined, { signal: closing }).catch(() => {});
      }
    }
  }

  async function unsubscribe(channel: string): Promise<void> {
    await client.unsubscribe(channel).catch(() => {});
  }

  return new Proxy(client, {
    get(target, property) {
      if (property === "subscribe") return subscribe;
      if (property === "unsubscribe") return unsubscribe;
      // There are no patterns here; the library unsubscribes from them all the same.
      if (property === "punsubscribe") return () => Promise.resolve();
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
