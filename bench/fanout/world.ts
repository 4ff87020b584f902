// What servers stand on: Redis, Postgres and an engine, off the server's core; and simulations to watch.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { engine } from "../../cluster/engine.ts";
import { startPostgres } from "../../cluster/postgres.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { startRedis } from "../../test/support/redis-server.ts";
import { startSimulations } from "./our-simulations.ts";
import type { ServerProgram } from "./server-process.ts";

/** A simulation of the service that waits in its queue, and the Redis channel of its notices. */
export interface Subject {
  readonly simulation: Simulation;
  readonly channel: string;
}

export interface World {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Publishes. */
  readonly redis: Redis;
  readonly simulations: readonly Subject[];
  /** The service, as it is measured. */
  readonly service: ServerProgram;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
/** More than any scenario needs, and at most what each setting takes. */
const limits = {
  LIMIT_CONNECTIONS: "100000",
  LIMIT_SOCKETS: "100000",
  LIMIT_SOCKETS_PER_USER: "100000",
  LIMIT_SOCKETS_PER_ADDRESS: "100000",
  LIMIT_SUBSCRIPTIONS_PER_USER: "100000",
  LIMIT_UPGRADES_PER_SECOND: "100000",
  LIMIT_UPGRADE_BURST: "100000",
  LIMIT_UNACKNOWLEDGED: "100000",
  LIMIT_UNACKNOWLEDGED_PER_ADDRESS: "100000",
  LIMIT_POINTS_PER_USER: "100000000",
  LIMIT_FAILURES_PER_ADDRESS: "100000000",
  MAX_QUEUED_PER_USER: "100000",
};

/** `simulations`: how many. */
export async function openWorld(simulations: number): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "simulation-fanout-"));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const redisServer = await startRedis();
    ends.push(() => redisServer.kill());
    const postgres = await startPostgres();
    ends.push(() => postgres.close());
    const idleEngine = engine({ name: "engine", root, folder, capacity: 1, env: {}, ledger: false });
    ends.push(() => idleEngine.kill());
    await idleEngine.start();
    const redis = new Redis(redisServer.url, { enableAutoPipelining: true });
    ends.push(() => redis.disconnect());
    const service: ServerProgram = {
      cwd: root,
      args: ["launch.mjs", "src/main.ts"],
      ready: /Health\s+(http:\/\/\S+)\/healthz/,
      env: {
        PORT: "0",
        DATA_DIR: join(folder, "unused"),
        // Nobody drives simulations: those that are started stay in the queue.
        ROLES: "api",
        DATABASE_URL: postgres.url,
        REDIS_URL: redisServer.url,
        ENGINE_URL: `grpc://${idleEngine.address}`,
        LOG_LEVEL: "warn",
        ...limits,
      },
    };
    return {
      redisUrl: redisServer.url,
      databaseUrl: postgres.url,
      redis,
      simulations: await startSimulations(service, redisServer.url, simulations),
      service,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
