// A pair of replicas whose every dependency stands behind a network that can fail.
import { readFileSync } from "node:fs";
import { type EngineChild, startEngineChild } from "../../src/clients/engine/child.ts";
import {
  type FakeDesignService,
  fakeDesignService,
  serving,
} from "../clients/designs/fake-design-service.ts";
import { type FaultyProxy, faultyProxy } from "../support/faulty-proxy.ts";
import { type ServerDatabase, serverDatabase } from "../support/postgres.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { log } from "../support/rig.ts";
import { endServices, type ServiceProcess, startService } from "../support/service-process.ts";

export const parts = ["postgres", "redis", "engine", "designs"] as const;
export type Part = (typeof parts)[number];
/** Nobody listens there; or everything is swallowed, and what is open stays open. */
export type Trouble = "down" | "hanging";
export type Faults = Partial<Record<Part, Trouble>>;

const mm1: unknown = JSON.parse(readFileSync(new URL("../../designs/mm1.json", import.meta.url), "utf8"));

export class World {
  readonly #proxies: Readonly<Record<Part, FaultyProxy>>;
  readonly #database: ServerDatabase;
  readonly #redis: RedisServer;
  readonly #engine: EngineChild;
  readonly #designs: FakeDesignService;
  readonly replicas: readonly [ServiceProcess, ServiceProcess];

  private constructor(
    proxies: Readonly<Record<Part, FaultyProxy>>,
    behind: readonly [ServerDatabase, RedisServer, EngineChild, FakeDesignService],
    replicas: readonly [ServiceProcess, ServiceProcess],
  ) {
    this.#proxies = proxies;
    [this.#database, this.#redis, this.#engine, this.#designs] = behind;
    this.replicas = replicas;
  }

  static async start(): Promise<World> {
    const [database, redis, engine, designs] = await Promise.all([
      serverDatabase(),
      startRedis(),
      startEngineChild(log),
      fakeDesignService(serving(new Map([["mm1", mm1]]))),
    ]);
    const url = new URL(database.url);
    const proxies = {
      postgres: await faultyProxy({ host: url.hostname, port: Number(url.port || 5432) }),
      redis: await faultyProxy({ host: "127.0.0.1", port: redis.port }),
      engine: await faultyProxy(hostAndPort(engine.address)),
      designs: await faultyProxy(hostAndPort(new URL(designs.url).host)),
    };
    url.host = `127.0.0.1:${proxies.postgres.port}`;
    const env = {
      DATABASE_URL: url.href,
      REDIS_URL: `redis://127.0.0.1:${proxies.redis.port}`,
      ENGINE_URL: `grpc://127.0.0.1:${proxies.engine.port}`,
      DESIGN_SERVICE_URL: `http://127.0.0.1:${proxies.designs.port}`,
    };
    const replica = () => startService({ dataDir: "unused", env });
    return new World(proxies, [database, redis, engine, designs], [await replica(), await replica()]);
  }

  make(faults: Faults): void {
    for (const part of parts) {
      if (faults[part] === "down") this.#proxies[part].refuse();
      if (faults[part] === "hanging") this.#proxies[part].swallow();
    }
  }

  /** What was swallowed is lost for good: a connection of before is as dead as it was. */
  heal(): void {
    for (const part of parts) this.#proxies[part].pass();
  }

  async end(): Promise<void> {
    await endServices();
    await Promise.all(parts.map((part) => this.#proxies[part].close()));
    await Promise.all([
      this.#engine.close(),
      this.#redis.kill(),
      this.#designs.close(),
      this.#database.drop(),
    ]);
  }
}

function hostAndPort(address: string): { host: string; port: number } {
  const [host = "", port = ""] = address.split(":");
  return { host, port: Number(port) };
}
