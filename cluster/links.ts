// The links between the parts of a cluster, each of which can be made to fail.
import { type FaultyProxy, faultyProxy } from "../test/support/faulty-proxy.ts";

export interface ReplicaLinks {
  readonly postgres: FaultyProxy;
  readonly redis: FaultyProxy;
}

/**
 * A replica's own ways to Postgres and Redis. Engines have none of their own for each replica: a run belongs to an
 * engine's address, which must be the same for all.
 */
export async function replicaLinks(databaseUrl: string, redisUrl: string): Promise<ReplicaLinks> {
  const [postgres, redis] = await Promise.all([proxyTo(databaseUrl, 5432), proxyTo(redisUrl, 6379)]);
  return { postgres, redis };
}

function proxyTo(url: string, defaultPort: number): Promise<FaultyProxy> {
  const { hostname, port } = new URL(url);
  return faultyProxy({ host: hostname, port: port === "" ? defaultPort : Number(port) });
}

/** The same URL by another way. */
export function through(url: string, proxy: FaultyProxy | undefined): string {
  if (proxy === undefined) return url;
  const changed = new URL(url);
  changed.hostname = "127.0.0.1";
  changed.port = String(proxy.port);
  return changed.href;
}

export async function closeLinks(links: Iterable<FaultyProxy>): Promise<void> {
  await Promise.all([...links].map((link) => link.close()));
}
