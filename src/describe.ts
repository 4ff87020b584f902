// What a person who started the service reads: where everything is, without secrets.
import type { Config } from "./config.ts";
import { describeRedis } from "./redis/target.ts";

export interface Described {
  readonly url: string;
  /** Undefined: no metrics are served. */
  readonly metricsUrl: string | undefined;
  readonly database: string;
  /** The address of the embedded engine; undefined where there is none. */
  readonly embeddedEngine: string | undefined;
}

export function describeService(
  config: Config,
  { url, metricsUrl, database, embeddedEngine }: Described,
): string {
  const engine =
    embeddedEngine === undefined
      ? (config.engines ?? []).join(", ")
      : `the reference engine, embedded (gRPC on ${embeddedEngine})`;
  const api = config.roles.includes("api");
  return [
    "Simulation Orchestration Service",
    "",
    ...(api ? [`  GraphQL   ${url}/graphql   HTTP, WebSocket (graphql-transport-ws), SSE`] : []),
    ...(api && config.graphiql ? [`  Explorer  ${url}/graphql   GraphiQL, in a browser`] : []),
    `  Health    ${url}/healthz, ${url}/readyz`,
    ...(metricsUrl === undefined ? [] : [`  Metrics   ${metricsUrl}`]),
    "",
    ...(config.roles.length < 2 ? [`  Role      ${api ? "serves the API" : "drives simulations"} only`] : []),
    `  Database  ${database}`,
    `  Events    ${events(config)}`,
    `  Engine    ${engine}`,
    `  Designs   ${designsAt(config)}`,
    ...(api ? [`  Identity  ${identity(config)}`] : []),
    "",
    "  Stop with Ctrl-C; what runs goes on at the next start.",
  ].join("\n");
}

function identity({ auth }: Config): string {
  if (auth === undefined)
    return "everybody on this machine is the developer (no authentication, loopback only)";
  const { issuer, audience, keys } = auth;
  const signed =
    keys.kind === "jwks" ? `with the keys of ${withoutSecrets(keys.url)}` : "with the key that is set";
  return `tokens of ${issuer} for ${audience}, signed ${signed}`;
}

function events({ redisUrl, databaseUrl }: Config): string {
  if (redisUrl !== undefined) return `${describeRedis(redisUrl)} (Pub/Sub between replicas)`;
  return databaseUrl === undefined
    ? "in this process"
    : "in this process (set REDIS_URL for more than one replica)";
}

function designsAt({ designServiceUrl, designsDir }: Config): string {
  if (designServiceUrl === undefined) return designsDir;
  return withoutSecrets(designServiceUrl);
}

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname === "/" ? "" : pathname}`;
}
