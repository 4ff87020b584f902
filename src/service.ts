// The composition root: from a config to a running service. The only file that sees everything.
import { randomUUID } from "node:crypto";
import { connectFleet } from "./clients/engine/fleet.ts";
import type { Config } from "./config.ts";
import type { Log } from "./core/ports/log.ts";
import { describeService } from "./describe.ts";
import { createAnnouncementBoard } from "./feed/announcements.ts";
import { createFeed } from "./feed/hub.ts";
import { revocableIdentity } from "./identity/revocable.ts";
import { AuditTrail } from "./orchestrator/audit-trail.ts";
import { CommandService } from "./orchestrator/command-service.ts";
import { EngineWatch } from "./orchestrator/engine-watch.ts";
import { Ledger } from "./orchestrator/ledger.ts";
import { Ownership } from "./orchestrator/owner/ownership.ts";
import { DesignPreparation } from "./orchestrator/prepare.ts";
import { Reconciler } from "./orchestrator/reconciler.ts";
import { startRetention } from "./orchestrator/retention.ts";
import { Scheduler } from "./orchestrator/scheduler.ts";
import {
  designSource,
  embeddedEngine,
  failpointOf,
  identityOf,
  openBudgets,
  openBus,
  openStorage,
  settingsOf,
  warnOfPlainEngines,
} from "./parts.ts";
import { readiness, sharedReadiness } from "./readiness.ts";
import { Releases } from "./releases.ts";
import { createHealthServer } from "./server/health-server.ts";
import type { RunningServer } from "./server/options.ts";
import { createServer } from "./server/server.ts";
import { limitLabel } from "./telemetry/commands.ts";
import { gaugeDatabase, gaugeEngines, gaugeOwnership } from "./telemetry/gauges.ts";
import { countSimulations } from "./telemetry/queue.ts";
import { openTelemetry } from "./telemetry/telemetry.ts";

export interface Service {
  /** http://host:port */
  readonly url: string;
  /** For the person who started it. */
  describe(): string;
  /** Drains: takes nothing new in, sends clients elsewhere, gives up what it owns. Idempotent. */
  close(): Promise<void>;
}

const drainServerMs = 3_000;
const dayMs = 24 * 3_600_000;

export async function startService(config: Config, log: Log): Promise<Service> {
  const releases = new Releases(log);
  try {
    return await start(config, log, releases);
  } catch (error) {
    await releases.release();
    throw error;
  }
}

async function start(config: Config, log: Log, releases: Releases): Promise<Service> {
  const replica = randomUUID();
  // Before anything is opened: a key that is none is no reason to start an engine.
  const tokens = await identityOf(config, log);
  const { metrics, traces } = config;
  const telemetry = await openTelemetry({ metrics, traces, replica, log });
  releases.push("telemetry", () => telemetry.close(), 2_000);
  const { meter, tracer } = telemetry;
  // The slow two at once: the database opens while the engine starts.
  const failpoint = failpointOf(config);
  const opening = openStorage(config, log, releases, failpoint, telemetry);
  // It is awaited below; that it fails before that is no defect.
  opening.catch(() => {});
  const engine = await embeddedEngine(config, log, releases).catch(async (error) => {
    await Promise.allSettled([opening]);
    throw error;
  });
  const database = await opening;
  if (database.embedded) await database.leases.endAll();

  gaugeDatabase(meter, () => database.ping());

  const settings = settingsOf(config, database.embedded, replica);
  log.info({ replica, installation: database.installation }, "This replica.");
  const { revocations, announcements } = database;
  const tokenMaxAgeMs = (config.auth?.maxAgeS ?? 0) * 1_000;
  // Set below: a session can only be ended where there is a server.
  let endSessions: RunningServer["endSessions"] = () => {};
  const identity = await revocableIdentity({
    identity: tokens,
    revocations,
    skewMs: (config.auth?.clockSkewS ?? 0) * 1_000,
    maxAgeMs: tokenMaxAgeMs,
    end: (isOver) => endSessions(isOver),
    log,
  });
  releases.push("identity", async () => identity.close());
  const bus = telemetry.bus(openBus(config, database, replica, log, telemetry));
  releases.push("bus", () => bus.close());
  const designs = telemetry.designs(designSource(config, log, telemetry));
  releases.push("designs", () => designs.close());
  const addresses = config.engines ?? [engine?.address ?? ""];
  const fleet = telemetry.fleet(connectFleet(addresses, database.installation, config.engineTls));
  warnOfPlainEngines(config, log);
  releases.push("engines", () => fleet.close());

  const store = telemetry.store(database.store);
  const leases = telemetry.leases(database.leases);
  const ledger = new Ledger(store, bus, failpoint);
  // Only an owner's: a replica that serves the API alone has none.
  let scheduler: Scheduler | undefined;
  const engines = new EngineWatch(fleet, log, () => scheduler?.nudge());
  releases.push("engine watch", () => engines.stop(), 300);
  gaugeEngines(meter, engines);
  const preparation = new DesignPreparation(designs, engines);
  const feed = createFeed({ store, bus, log, meter, observed: telemetry.reader });
  releases.push("feed", () => feed.close());
  const board = createAnnouncementBoard({ announcements, log });
  releases.push("announcements", async () => board.close());

  let handOver = async () => {};
  if (config.roles.includes("owner")) {
    const reconciler = new Reconciler({ store, fleet, log });
    releases.push("reconciler", () => reconciler.stop(), 300);
    const retention = startRetention({
      store,
      audit: database.audit,
      revocations,
      announcements,
      log,
      keepMetricsMs: config.keepMetricsDays * dayMs,
      keepAuditMs: config.keepAuditDays * dayMs,
      tokenMaxAgeMs,
    });
    releases.push("retention", () => retention.stop());
    const driving = { store, leases, ledger, bus, fleet, engines, settings, log, failpoint, tracer };
    const ownership = new Ownership(driving);
    gaugeOwnership(meter, ownership);
    countSimulations(store, meter);
    await ownership.start();
    releases.push("ownership", () => ownership.drain(), 2_000);
    const admitting = new Scheduler({ store, leases, ledger, bus, preparation, engines, settings, log });
    scheduler = admitting;
    admitting.start();
    releases.push("scheduler", () => admitting.stop());
    handOver = async () => {
      await admitting.stop();
      await ownership.drain();
    };
  }

  const front = {
    host: config.host,
    port: config.port,
    readiness: sharedReadiness(() => readiness(database, bus, engines)),
  };
  const server = config.roles.includes("api")
    ? await createServer({
        ...front,
        graphiql: config.graphiql,
        introspection: config.introspection,
        corsOrigins: config.corsOrigins,
        hosts: config.hosts,
        parts: {
          commands: telemetry.commands(new CommandService({ store, ledger, preparation, settings })),
          store,
          leases,
          feed,
          designs,
          sessions: identity,
          announcements,
          board,
          audit: database.audit,
          trail: new AuditTrail(database.audit, log),
        },
        trustedProxies: config.trustedProxies,
        limits: config.limits,
        rateLimiter: openBudgets(config, database, log, releases),
        identity,
        log,
        meter,
        tracer,
        limitHit: (name) => meter.count("simulations_limits_hit_total", { limit: limitLabel(name) }),
      })
    : await createHealthServer(front);
  endSessions = server.endSessions;
  releases.push(
    "server",
    async () => {
      // What it drives goes to the others while its clients do. Where that fails, the releases of scheduler and
      // ownership try it again, and say what is wrong.
      const handedOver = handOver().catch(() => {});
      await server.drain(drainServerMs);
      await server.close();
      await handedOver;
    },
    drainServerMs + 500,
  );
  const { metricsUrl } = telemetry;
  const described = {
    url: server.url,
    metricsUrl,
    database: database.describe,
    embeddedEngine: engine?.address,
  };
  return {
    url: server.url,
    describe: () => describeService(config, described),
    close: () => releases.release(),
  };
}
