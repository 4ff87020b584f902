// The two connections of a replica: one that publishes and never waits, one that listens and never gives up.
import { Cluster, Redis } from "ioredis";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import type { TlsIdentity } from "../core/ports/tls.ts";
import { anyNode } from "./any-node.ts";
import { type RedisTarget, redisTarget } from "./target.ts";

export type RedisClient = Redis | Cluster;

/** A server that says nothing for so long, although beats pass every half second, is connected to anew, ms. */
const silentMs = 5_000;
const connectMs = 2_000;
/** An answer to PUBLISH that takes longer is not waited for, ms. */
const publishMs = 2_000;
/** Nor is one about a budget: somebody waits for it, ms. */
const budgetMs = 100;
/** The same trouble is logged this often at most, ms. */
const logEveryMs = 10_000;

const shared = {
  connectTimeout: connectMs,
  socketTimeout: silentMs,
  keepAlive: silentMs,
  retryStrategy: backoff,
};

/** Refuses at once what cannot be sent now: a notice that is late is worth nothing. */
const publishing = {
  ...shared,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: publishMs,
  enableAutoPipelining: true,
};

/** Refuses at once, too: somebody waits for the answer. */
const asking = { ...publishing, commandTimeout: budgetMs, enableAutoPipelining: false };

/** What is to be heard is asked for on every connection anew, and by us: see `persistent-subscriber.ts`. */
const listening = {
  ...shared,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
};

export interface RedisConnections {
  readonly publisher: RedisClient;
  readonly subscriber: RedisClient;
  /** What went wrong last, for people; null while nothing has since a connection was there. */
  trouble(): string | null;
  /** The listening connection anew, where it seems to be there; one that is being made is left alone. */
  reconnect(): void;
  close(): void;
}

/** Begins to connect; throws ServiceError BAD_INPUT when the URL cannot be read. `tls`: see `redisTarget`. */
export function connectRedis(url: string, log: Log, tls: TlsIdentity = {}): RedisConnections {
  const target = redisTarget(url, tls);
  const publisher = clientOf(target, publishing);
  const subscriber =
    target.kind === "cluster" && publisher instanceof Cluster
      ? listenerOf(target, publisher)
      : clientOf(target, listening);
  let last: string | null = null;
  let loggedAt = Number.NEGATIVE_INFINITY;

  function failed(error: unknown): void {
    last = messageOf(error);
    const now = performance.now();
    if (now - loggedAt < logEveryMs) return;
    loggedAt = now;
    log.warn({ reason: last }, "Redis is not to be had; the log is polled instead.");
  }

  for (const client of [publisher, subscriber]) {
    client.on("error", failed);
    client.on("ready", () => {
      last = null;
    });
  }
  return {
    publisher,
    subscriber,
    trouble: () => last,
    reconnect() {
      if (subscriber.status === "ready") subscriber.disconnect(true);
    },
    close() {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** A connection of its own for budgets: notices wait longer, and must not stand in the way. */
export function connectForBudgets(url: string, tls: TlsIdentity = {}): RedisClient {
  return clientOf(redisTarget(url, tls), asking);
}

function clientOf(
  target: RedisTarget,
  options: typeof publishing | typeof asking | typeof listening,
): RedisClient {
  if (target.kind === "single") return new Redis(target.url, { ...options, ...tlsOf(target) });
  if (target.kind === "sentinel") {
    const { tls } = target;
    const sentinel = tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true };
    return new Redis({
      ...options,
      ...accessOf(target),
      ...sentinel,
      sentinels: [...target.nodes],
      name: target.master,
      sentinelRetryStrategy: backoff,
    });
  }
  return new Cluster([...target.nodes], {
    clusterRetryStrategy: backoff,
    enableOfflineQueue: false,
    enableAutoPipelining: options !== asking,
    redisOptions: {
      ...shared,
      ...accessOf(target),
      commandTimeout: options === asking ? budgetMs : publishMs,
    },
  });
}

type ClusterTarget = Extract<RedisTarget, { kind: "cluster" }>;

/** Where the publisher has found the nodes of the Cluster; before that, those of the URL. */
function listenerOf(target: ClusterTarget, publisher: Cluster): Redis {
  const found = () =>
    publisher
      .nodes()
      .flatMap(({ options: { host, port } }) =>
        host === undefined || port === undefined ? [] : [{ host, port }],
      );
  const nodes = () => [...found(), ...target.nodes];
  return new Redis({ ...listening, ...accessOf(target), Connector: anyNode(nodes, target.tls) });
}

function accessOf(target: Exclude<RedisTarget, { kind: "single" }>) {
  const { username, password } = target;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tlsOf(target),
  };
}

function tlsOf({ tls }: RedisTarget): { tls?: TlsIdentity } {
  return tls === undefined ? {} : { tls };
}

/** Soon, then every second; spread, so that replicas do not come back all at once. */
function backoff(attempt: number): number {
  return Math.min(1_000, 25 * 2 ** Math.min(attempt, 10)) * (0.75 + Math.random() / 2);
}
