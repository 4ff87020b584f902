// The subscriber as graphql-redis-subscriptions may have it: a channel stays wanted until it is given back. On every
// connection anew all of them are asked for, and again where one is refused; nothing that Redis answers, or does not,
// is a rejection that nobody hears.
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import type { RedisClient } from "./connect.ts";

/** A refusal (no permission for the channel, say) is asked about again after so long, ms. */
const againMs = 1_000;
const logEveryMs = 10_000;
/** Channels of one SUBSCRIBE. */
const channelsAtOnce = 500;

export interface PersistentSubscriberOptions {
  readonly client: RedisClient;
  /** Asked for after all others: who hears on it hears on all. */
  readonly last: string;
  readonly closing: AbortSignal;
  readonly log: Log;
  /** Everything that is wanted has been asked for on a new connection. */
  ready(): void;
  /** A channel that was refused for a while is heard again. */
  regained(channel: string): void;
}

/** One wish for a channel; a later wish for the same channel is another. */
interface Wish {
  readonly channel: string;
  /** Who waits for messages to come; null: they do. */
  waiting: (() => void) | null;
}

export function persistentSubscriber(options: PersistentSubscriberOptions): RedisClient {
  const { client, last, closing, log } = options;
  const wanted = new Map<string, Wish>();
  let connection = 0;
  let loggedAt = Number.NEGATIVE_INFINITY;

  async function ask(wishes: readonly Wish[]): Promise<void> {
    if (wishes.length === 0) return;
    try {
      await client.subscribe(...wishes.map(({ channel }) => channel));
      wishes.forEach(granted);
    } catch (error) {
      if (closing.aborted || client.status !== "ready") return;
      // One channel that is refused makes Redis refuse them all.
      if (wishes.length > 1) await Promise.all(wishes.map((wish) => ask([wish])));
      else for (const wish of wishes) refused(wish, error);
    }
  }

  function granted(wish: Wish): void {
    if (wanted.get(wish.channel) !== wish) return;
    wish.waiting?.();
    wish.waiting = null;
  }

  function refused(wish: Wish, error: unknown): void {
    const now = performance.now();
    if (now - loggedAt >= logEveryMs) {
      loggedAt = now;
      log.warn({ reason: messageOf(error) }, "Redis refuses subscriptions; asking again.");
    }
    wish.waiting ??= () => options.regained(wish.channel);
    const askedOn = connection;
    setTimeout(() => {
      // A later connection has asked by itself.
      if (askedOn === connection && wanted.get(wish.channel) === wish) void ask([wish]);
    }, againMs).unref();
  }

  async function askAll(): Promise<void> {
    connection += 1;
    const asking = connection;
    const others = [...wanted.values()].filter(({ channel }) => channel !== last);
    const batches: Promise<void>[] = [];
    for (let from = 0; from < others.length; from += channelsAtOnce) {
      batches.push(ask(others.slice(from, from + channelsAtOnce)));
    }
    await Promise.all(batches);
    if (asking !== connection || closing.aborted) return;
    const final = wanted.get(last);
    if (final !== undefined) await ask([final]);
    options.ready();
  }

  client.on("ready", () => void askAll());

  function subscribe(channel: string, done: (error: null) => void): void {
    const wish = { channel, waiting: () => done(null) };
    wanted.set(channel, wish);
    if (client.status === "ready") void ask([wish]);
  }

  async function unsubscribe(channel: string): Promise<void> {
    wanted.delete(channel);
    if (client.status === "ready") await client.unsubscribe(channel).catch(() => {});
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
