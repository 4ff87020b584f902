// What the service is told from outside: its environment and the files that this names, read once at the start. A bad
// one fails the start with all that is wrong with it at once. The table of settings is `config/settings.ts`.
import { type AuthConfig, authConfig } from "./config/auth.ts";
import { limitsFrom } from "./config/front-door.ts";
import { readSettings, secretsIn } from "./config/read.ts";
import { tlsIdentity } from "./config/tls.ts";
import type { TlsIdentity } from "./core/ports/tls.ts";
import type { ServerLimits } from "./server/limits.ts";

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly databaseTls: TlsIdentity;
  readonly redisUrl: string | undefined;
  readonly redisTls: TlsIdentity;
  readonly roles: readonly ("api" | "owner")[];
  /** host:port of each; undefined: the embedded engine. */
  readonly engines: readonly string[] | undefined;
  /** Those of them that are spoken to over TLS, and how. */
  readonly engineTls: TlsIdentity & {
    readonly addresses: readonly string[];
    /** The name in their certificates; undefined: the host of each. */
    readonly serverName: string | undefined;
  };
  readonly designServiceUrl: string | undefined;
  readonly designServiceToken: string | undefined;
  readonly designsDir: string;
  /** Undefined: everybody who reaches the service, which then is on loopback, is the developer. */
  readonly auth: AuthConfig | undefined;
  readonly corsOrigins: readonly string[];
  /** Names by which the service is reached; none: any, unless on loopback. */
  readonly hosts: readonly string[];
  /** IP addresses and CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly graphiql: boolean;
  readonly introspection: boolean;
  /** Of the front door. */
  readonly limits: Partial<ServerLimits>;
  readonly maxSimulations: number;
  readonly maxSimulationsPerProject: number;
  readonly maxSimulationsPerUser: number;
  readonly maxQueuedPerUser: number;
  readonly maxWallTimeS: number;
  readonly maxPauseS: number;
  readonly maxQueueTimeS: number;
  readonly orphanTimeoutMs: number;
  readonly keepAuditDays: number;
  readonly keepMetricsDays: number;
  readonly logLevel: string;
  /** Passwords and the like, to be kept out of whatever people read. */
  readonly secrets: readonly string[];
  /** Undefined: no metrics are served. */
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  /** Undefined: no traces are sent. */
  readonly traces: { readonly endpoint: string; readonly serviceName: string } | undefined;
  readonly failpoint: { readonly name: string; readonly visit: number } | undefined;
}

/** Throws ConfigError. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const read = readSettings(environment);
  const { env } = read;
  const { METRICS_PORT: metricsPort, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = env;
  return {
    port: env.PORT,
    host: env.HOST,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    databaseTls: tlsIdentity(env, "DATABASE"),
    redisUrl: env.REDIS_URL,
    redisTls: tlsIdentity(env, "REDIS"),
    roles: env.ROLES,
    engines: env.ENGINE_URL?.map(({ address }) => address),
    engineTls: {
      ...tlsIdentity(env, "ENGINE"),
      addresses: (env.ENGINE_URL ?? []).filter(({ tls }) => tls).map(({ address }) => address),
      serverName: env.ENGINE_SERVER_NAME,
    },
    designServiceUrl: env.DESIGN_SERVICE_URL,
    designServiceToken: env.DESIGN_SERVICE_TOKEN,
    designsDir: env.DESIGNS_DIR,
    auth: authConfig(env),
    corsOrigins: env.CORS_ORIGINS,
    hosts: env.HOSTS,
    trustedProxies: env.TRUSTED_PROXIES,
    graphiql: env.GRAPHIQL,
    introspection: env.INTROSPECTION,
    limits: limitsFrom(env),
    maxSimulations: env.MAX_SIMULATIONS,
    maxSimulationsPerProject: env.MAX_SIMULATIONS_PER_PROJECT,
    maxSimulationsPerUser: env.MAX_SIMULATIONS_PER_USER,
    maxQueuedPerUser: env.MAX_QUEUED_PER_USER,
    maxWallTimeS: env.MAX_WALL_TIME_S,
    maxPauseS: env.MAX_PAUSE_S,
    maxQueueTimeS: env.MAX_QUEUE_TIME_S,
    orphanTimeoutMs: env.ORPHAN_TIMEOUT_MS,
    keepAuditDays: env.KEEP_AUDIT_DAYS,
    keepMetricsDays: env.KEEP_METRICS_DAYS,
    logLevel: env.LOG_LEVEL,
    secrets: secretsIn(read),
    metrics: metricsPort === undefined ? undefined : { host: env.METRICS_HOST, port: metricsPort },
    traces: endpoint === undefined ? undefined : { endpoint, serviceName: env.OTEL_SERVICE_NAME },
    failpoint: failpointOf(env.FAILPOINT),
  };
}

function failpointOf(text: string | undefined): Config["failpoint"] {
  if (text === undefined) return undefined;
  const [name = "", visit = "1"] = text.split(":");
  return { name, visit: Number(visit) };
}
