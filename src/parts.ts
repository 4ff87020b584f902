// What each part of the service is, by the config: embedded here, or somewhere else.
import { existsSync } from "node:fs";
import { fileDesigns } from "./clients/designs/files.ts";
import { httpDesigns } from "./clients/designs/http.ts";
import { startEngineChild } from "./clients/engine/child.ts";
import type { Config } from "./config.ts";
import { ServiceError } from "./core/errors.ts";
import type { Bus } from "./core/ports/bus.ts";
import type { DesignSource } from "./core/ports/designs.ts";
import type { Identity } from "./core/ports/identity.ts";
import type { Log } from "./core/ports/log.ts";
import type { RateLimiter } from "./core/ports/rate-limiter.ts";
import { developmentIdentity } from "./identity/development.ts";
import { createMemoryBus } from "./memory/bus.ts";
import { createMemoryRateLimiter } from "./memory/rate-limiter.ts";
import { defaultSettings, type OrchestratorSettings } from "./orchestrator/settings.ts";
import { openDatabase } from "./postgres/open.ts";
import { createRedisBus } from "./redis/bus.ts";
import { createRedisRateLimiter } from "./redis/rate-limiter.ts";
import type { Releases } from "./releases.ts";
import { serverLimits } from "./server/limits.ts";
import { isLoopback } from "./server/origin.ts";
import { gaugeBreaker } from "./telemetry/gauges.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";

const embeddedLeaseMs = 3_600_000;

/** The library for tokens is loaded where there are any. */
export async function identityOf({ auth }: Config, log: Log): Promise<Identity> {
  if (auth === undefined) return developmentIdentity;
  const { tokenIdentity } = await import("./identity/tokens.ts");
  return tokenIdentity(auth, log);
}

export type Opened = Awaited<ReturnType<typeof openDatabase>>;

export async function openStorage(
  { databaseUrl: url, databaseTls: tls, dataDir }: Config,
  log: Log,
  releases: Releases,
  failpoint: (name: string) => void,
  { meter }: Telemetry,
): Promise<Opened> {
  const database = await openDatabase({
    dataDir,
    log,
    failpoint,
    meter,
    ...(url === undefined ? {} : { url, tls }),
  });
  releases.push("database", () => database.close(), 2_000);
  return database;
}

export async function embeddedEngine(config: Config, log: Log, releases: Releases) {
  if (config.engines !== undefined) return undefined;
  const engine = await startEngineChild(log);
  releases.push("embedded engine", () => engine.close());
  return engine;
}

/** Whoever is between here and there reads and changes what is said. */
export function warnOfPlainEngines({ engines = [], engineTls }: Config, log: Log): void {
  for (const engine of engines) {
    const host = engine.slice(0, engine.lastIndexOf(":"));
    if (engineTls.addresses.includes(engine) || isLoopback(host)) continue;
    log.warn({ engine }, "An engine on another machine is spoken to in plain text: grpcs:// would encrypt.");
  }
}

export function openBus(
  { redisUrl, redisTls: tls }: Config,
  { installation, leases }: Opened,
  replica: string,
  log: Log,
  { meter }: Telemetry,
): Bus {
  if (redisUrl === undefined) return createMemoryBus({ log });
  const dropped = () => meter.count("simulations_notices_total", { stage: "dropped" });
  return createRedisBus({ url: redisUrl, tls, installation, replica, living: leases.living, dropped, log });
}

export function openBudgets(
  { redisUrl, redisTls: tls, limits }: Config,
  { installation }: Opened,
  log: Log,
  releases: Releases,
): RateLimiter {
  const { pointsPerUser: user, failuresPerAddress: address } = { ...serverLimits, ...limits };
  const budgets = { user, address };
  const own = createMemoryRateLimiter(budgets);
  if (redisUrl === undefined) return own;
  const limiter = createRedisRateLimiter({
    url: redisUrl,
    tls,
    installation,
    budgets,
    own,
    log,
  });
  releases.push("budgets", async () => limiter.close());
  return limiter;
}

export function designSource(
  { designServiceUrl, designServiceToken: token, designsDir }: Config,
  log: Log,
  { meter }: Telemetry,
): DesignSource {
  if (designServiceUrl !== undefined) {
    return httpDesigns(designServiceUrl, log, {
      circuit: gaugeBreaker(meter),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
  }
  if (!existsSync(designsDir)) {
    throw new ServiceError(
      "BAD_INPUT",
      `There is no folder ${designsDir}: set DESIGNS_DIR to one that holds designs.`,
    );
  }
  return fileDesigns(designsDir, log);
}

export function settingsOf(config: Config, embedded: boolean, replica: string): OrchestratorSettings {
  const admission = {
    total: config.maxSimulations,
    perProject: config.maxSimulationsPerProject,
    perUser: config.maxSimulationsPerUser,
    perEngine: config.maxSimulations,
  };
  const { maxWallTimeS, maxPauseS, maxQueueTimeS, maxQueuedPerUser, orphanTimeoutMs } = config;
  return {
    ...defaultSettings,
    // The embedded database serves one process, which a lock on its folder ensures: nobody else could take over, and
    // a moment in which the database is busy must not look like a lost lease.
    ...(embedded ? { leaseMs: embeddedLeaseMs, selfFenceMs: embeddedLeaseMs } : {}),
    admission,
    maxWallTimeS,
    maxPauseS,
    maxQueueTimeS,
    maxQueuedPerUser,
    orphanTimeoutMs,
    replica,
  };
}

// For tests of crashes: dies by SIGKILL, as a crash would, at the given visit of the place.
export function failpointOf({ failpoint }: Config): (name: string) => void {
  if (failpoint === undefined) return () => {};
  let visits = 0;
  return (name) => {
    if (name !== failpoint.name) return;
    visits += 1;
    if (visits === failpoint.visit) process.kill(process.pid, "SIGKILL");
  };
}
