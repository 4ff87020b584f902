// A whole cluster on loopback: replicas, engines, Postgres, Redis, and a proxy before the replicas. Every part is a
// process of its own that can be killed, frozen and started again, and none outlives the process that started it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FaultyProxy, faultyProxy } from "../test/support/faulty-proxy.ts";
import { type RedisServer, startRedis } from "../test/support/redis-server.ts";
import { type Engine, engine } from "./engine.ts";
import { startFront } from "./front.ts";
import { closeLinks, type ReplicaLinks, replicaLinks, through } from "./links.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { type Replica, replica } from "./replica.ts";

export interface ClusterOptions {
  /** 3 */
  readonly replicas?: number;
  /** 2 */
  readonly engines?: number;
  /** Runs that each engine takes at a time; 64. */
  readonly engineCapacity?: number;
  /** Of the proxy before the replicas; 0: any free one. */
  readonly port?: number;
  /** Left out: a throwaway server of the cluster's own. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** The checkout that the programs are run from; this one. */
  readonly root?: string;
  /** Settings of every replica. */
  readonly env?: Readonly<Record<string, string>>;
  /** Engines that are there beside those started, host:port. */
  readonly otherEngines?: readonly string[];
  /** The engines write down what they accept. */
  readonly ledgers?: boolean;
  /** Puts a proxy that can be made to fail on each link. */
  readonly faults?: boolean;
}

export interface Cluster {
  /** Of the proxy before the replicas. */
  readonly url: string;
  readonly replicas: readonly Replica[];
  readonly engines: readonly Engine[];
  /** What each life of each replica is called in leases, by its name for the database: "replica-1/3". */
  readonly replicaIds: ReadonlyMap<string, string>;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Null: not the cluster's own. */
  readonly postgres: Postgres | null;
  readonly redis: RedisServer | null;
  /** By the name of the replica; empty without `faults`. */
  readonly links: ReadonlyMap<string, ReplicaLinks>;
  /** By the name of the engine; empty without `faults`. */
  readonly engineLinks: ReadonlyMap<string, FaultyProxy>;
  /** Logs of all parts; removed at the end. */
  readonly folder: string;
  /** Ends everything: the proxy first, then the replicas, which drain, then what they need. */
  close(): Promise<void>;
}

const checkout = fileURLToPath(new URL("..", import.meta.url));

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "simulation-cluster-"));
  // In reverse order at the end.
  const ends: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end().catch(() => {});
  };
  try {
    return { ...(await start(options, folder, ends)), folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: ClusterOptions,
  folder: string,
  ends: (() => Promise<unknown>)[],
): Promise<Omit<Cluster, "close" | "folder">> {
  const { root = checkout, faults = false, otherEngines = [] } = options;
  const compiled = { NODE_COMPILE_CACHE: join(tmpdir(), "simulation-compile-cache") };
  const postgres = options.databaseUrl === undefined ? await startPostgres() : null;
  if (postgres !== null) ends.push(() => postgres.close());
  const redis = options.redisUrl === undefined ? await startRedis() : null;
  if (redis !== null) ends.push(() => redis.kill());
  const databaseUrl = options.databaseUrl ?? postgres?.url ?? "";
  const redisUrl = options.redisUrl ?? redis?.url ?? "";

  const capacity = options.engineCapacity ?? 64;
  const engines = named("engine", options.engines ?? 2, (name) =>
    engine({ name, root, folder, capacity, env: compiled, ledger: options.ledgers === true }),
  );
  for (const one of engines) ends.push(() => one.kill());
  await Promise.all(engines.map((one) => one.start()));
  const engineLinks = new Map<string, FaultyProxy>();
  const links = new Map<string, ReplicaLinks>();
  ends.push(() => closeLinks(engineLinks.values()));
  ends.push(() => closeLinks([...links.values()].flatMap(({ postgres: way, redis: other }) => [way, other])));
  if (faults)
    for (const one of engines)
      engineLinks.set(one.name, await faultyProxy({ host: "127.0.0.1", port: one.port }));
  const engineUrls = [
    ...engines.map(({ name, address }) => through(`grpc://${address}`, engineLinks.get(name))),
    ...otherEngines.map((address) => `grpc://${address}`),
  ];

  const replicaIds = new Map<string, string>();
  const replicas = named("replica", options.replicas ?? 3, (name) =>
    replica({
      name,
      root,
      folder,
      known: (life, id) => replicaIds.set(`${name}/${life}`, id),
      env: (life) => ({
        ...compiled,
        LOG_LEVEL: "info",
        ...options.env,
        DATABASE_URL: signed(through(databaseUrl, links.get(name)?.postgres), `${name}/${life}`),
        REDIS_URL: through(redisUrl, links.get(name)?.redis),
        ENGINE_URL: engineUrls.join(","),
      }),
    }),
  );
  if (faults) for (const { name } of replicas) links.set(name, await replicaLinks(databaseUrl, redisUrl));
  // All at once at the end: each drains for itself.
  ends.push(() => Promise.all(replicas.map((one) => ended(one))));
  // The first alone: it makes the tables, and compiles what the others then find compiled.
  const [first, ...others] = replicas;
  await first?.start();
  await Promise.all(others.map((one) => one.start()));
  const front = await startFront(options.port ?? 0, () => replicas.map(({ port }) => port));
  ends.push(() => front.close());
  return {
    url: front.url,
    replicas,
    engines,
    replicaIds,
    databaseUrl,
    redisUrl,
    postgres,
    redis,
    links,
    engineLinks,
  };
}

function named<T>(kind: string, count: number, make: (name: string) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(`${kind}-${index + 1}`));
}

/** Names the replica's connections, and which of its lives they belong to, to the database. */
function signed(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set("application_name", name);
  return url.href;
}

const drainWithinMs = 12_000;

async function ended(one: Replica): Promise<void> {
  if (!one.running) return;
  one.thaw();
  const force = setTimeout(() => void one.kill(), drainWithinMs);
  await one.end();
  clearTimeout(force);
}
