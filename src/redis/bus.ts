// The bus across replicas: notices through Redis Pub/Sub, by graphql-redis-subscriptions as transport.
//
// A channel for each watched simulation, one for what live lists need, one to say that something was lost, and one
// for the beats of all replicas. A channel is subscribed once, however many listen to it here, and a message is
// read once. Redis keeps nothing: whatever may have been lost is told as a gap, and the log has it.
import { setTimeout as delay } from "node:timers/promises";
import { RedisPubSub } from "graphql-redis-subscriptions";
import { Redis } from "ioredis";
import { ServiceError } from "../core/errors.ts";
import { createNoticeSieve } from "../core/notices.ts";
import type { Bus, BusListener, Notice, Unsubscribe } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";
import type { TlsIdentity } from "../core/ports/tls.ts";
import { isTerminal } from "../core/simulation.ts";
import { Audience } from "./audience.ts";
import { Channel } from "./channel.ts";
import { connectRedis } from "./connect.ts";
import { decodeNotice, encodeNotice } from "./message.ts";
import { Outbox } from "./outbox.ts";
import { Peers } from "./peers.ts";
import { persistentSubscriber } from "./persistent-subscriber.ts";
import { Pulse } from "./pulse.ts";

export interface RedisBusOptions {
  readonly url: string;
  /** Whom to believe and what to show where the URL asks for TLS; left out: what Node believes, and nothing. */
  readonly tls?: TlsIdentity;
  /** Keeps installations that share a server apart. */
  readonly installation: string;
  /** Unique among the living. */
  readonly replica: string;
  /** The replicas that are there, whether or not they are heard. */
  living(): Promise<ReadonlySet<string>>;
  /** Told of each notice that could not be sent. */
  readonly dropped?: () => void;
  readonly log: Log;
}

/** A replica that ends says so; that is not waited for longer, ms. */
const goodbyeMs = 200;

export interface RedisBus extends Bus {
  /** Channels that are subscribed, beside the bus's own. */
  channels(): number;
}

/** Connects in the background: until Redis is there, the bus is down. Throws ServiceError BAD_INPUT for a bad URL. */
export function createRedisBus(options: RedisBusOptions): RedisBus {
  const { url, tls, installation, replica, living, dropped, log } = options;
  const closing = new AbortController();
  const connections = connectRedis(url, log, tls);
  const channels = new Map<string, Channel>();
  const named = (name: string) => `simulations:${installation}:${name}`;
  const names = { all: named("all"), lost: named("lost"), pulse: named("pulse") };
  const ofSimulation = (id: string) => named(`simulation:${id}`);
  const subscriber = persistentSubscriber({
    client: connections.subscriber,
    last: names.pulse,
    closing: closing.signal,
    log,
    ready: () => pulse.beatNow(),
    regained: (channel) => channels.get(channel)?.gap(),
  });
  const pubsub = new RedisPubSub({
    publisher: connections.publisher,
    subscriber,
    serializer: (message: string) => message,
    // As they come: whoever hears one reads no more of it than is wanted.
    messageEventName: "messageBuffer",
  });
  const sieve = createNoticeSieve();
  const outbox = new Outbox((channel, message) => pubsub.publish(channel, message), dropped);
  const audience = new Audience();
  const { publisher } = connections;
  const publishCounting = async (channel: string, message: string): Promise<void> => {
    const receivers = await publisher.publish(channel, message);
    // The nodes of a Cluster count their own clients only.
    if (publisher instanceof Redis) audience.learn(channel, receivers);
  };
  const pulse = new Pulse({
    send(number) {
      // Said before the beat that proves that it could be said.
      if (outbox.mustTell(performance.now())) outbox.send(names.lost, "1");
      void outbox.attempt(names.pulse, JSON.stringify([replica, number]));
    },
    look(wasHeldUp) {
      if (pulse.isUp && !wasHeldUp) peers.check();
      else peers.excuse();
    },
    up() {
      log.info({}, "Notices get through Redis.");
      peers.excuse();
      tellGap();
    },
    down: () => log.warn({ reason: connections.trouble() }, "Notices do not get through Redis."),
    revive: () => connections.reconnect(),
  });

  const peers = new Peers({ lost: tellGap, living, own: replica, log });

  function hearBeat(message: Buffer): void {
    const [from, number] = beatIn(message);
    if (typeof from !== "string" || typeof number !== "number") return;
    if (from === replica) pulse.hear(number);
    else if (number === 0) peers.leave(from);
    else peers.hear(from, number);
  }

  function tellGap(): void {
    for (const channel of channels.values()) channel.gap();
  }

  function listen(name: string, listener: BusListener): Promise<Unsubscribe> {
    if (closing.signal.aborted) return Promise.reject(new ServiceError("UNAVAILABLE", "The bus is closed."));
    let channel = channels.get(name);
    if (channel === undefined) {
      const subscribe = (created: Channel) => begin(name, created);
      channel = new Channel({ subscribe, empty: () => channels.delete(name), log });
      channels.set(name, channel);
    }
    return channel.add(listener, closing.signal);
  }

  async function begin(name: string, channel: Channel): Promise<Unsubscribe> {
    const subscription = await pubsub.subscribe<Buffer>(name, (message) => {
      const notice = decodeNotice(message);
      if (notice === null) channel.gap();
      else channel.notice(notice);
    });
    return () => pubsub.unsubscribe(subscription);
  }

  connections.subscriber.on("close", () => pulse.lose());
  connections.publisher.on("ready", () => pulse.beatNow());
  void pubsub.subscribe(names.pulse, hearBeat).then(() => pulse.beatNow());
  void pubsub.subscribe(names.lost, tellGap);
  pulse.start();

  return {
    publish(notice: Notice) {
      if (closing.signal.aborted) return;
      const channel = ofSimulation(notice.simulation.id);
      const message = encodeNotice(audience.isEmpty(channel) ? bare(notice) : notice);
      // Nothing follows the last one: what is known of its audience goes with it, and nothing more is learnt.
      const isLast = isTerminal(notice.simulation.status);
      if (isLast) audience.forget(channel);
      outbox.send(channel, message, isLast ? undefined : publishCounting);
      if (!sieve.letsThrough(notice, performance.now())) return;
      // Every replica hears these: how the simulation stands is all that lists and owners need.
      outbox.send(names.all, encodeNotice(bare(notice)));
    },
    subscribe: (simulationId, listener) => listen(ofSimulation(simulationId), listener),
    subscribeAll: (listener) => listen(names.all, listener),
    health() {
      if (closing.signal.aborted) return { up: false, reason: "The bus is closed." };
      const { missing } = peers;
      if (pulse.isUp && missing === null) return { up: true };
      if (pulse.isUp)
        return { up: false, reason: `Redis brings nothing of replica ${missing}, which lives.` };
      const trouble = connections.trouble();
      const reason = trouble === null ? "Notices do not get through Redis." : `Redis: ${trouble}`;
      return { up: false, reason };
    },
    channels: () => channels.size,
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      pulse.stop();
      channels.clear();
      const goodbye = outbox.attempt(names.pulse, JSON.stringify([replica, 0]));
      await Promise.race([goodbye, delay(goodbyeMs, undefined, { ref: false })]);
      connections.close();
    },
  };
}

/** Nothing of one where it is none. */
function beatIn(message: Buffer): unknown[] {
  try {
    const beat: unknown = JSON.parse(message.toString());
    return Array.isArray(beat) ? beat : [];
  } catch {
    return [];
  }
}

/** How the simulation stands; the events are in the log. */
function bare({ simulation, traceparent }: Notice): Notice {
  return { simulation, events: [], ...(traceparent === undefined ? {} : { traceparent }) };
}
