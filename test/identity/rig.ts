// Two replicas that believe the tokens of one key, and what outside clients do with such tokens.
import type { EngineChild } from "../../src/clients/engine/child.ts";
import { startEngineChild } from "../../src/clients/engine/child.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { type GraphQLResult, postJson } from "../support/http.ts";
import {
  audience,
  type Claims,
  issuerName,
  nowS,
  type SigningKey,
  signingKey,
  tokenBy,
} from "../support/issuer.ts";
import { type ServerDatabase, serverDatabase } from "../support/postgres.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { log } from "../support/rig.ts";
import { endServices, type ServiceProcess, startService } from "../support/service-process.ts";

export interface Rig {
  /** Believes what proxies on this machine say of addresses. */
  readonly first: ServiceProcess;
  /** Believes no proxy. */
  readonly second: ServiceProcess;
  readonly database: ServerDatabase;
  readonly redis: RedisServer;
  readonly key: SigningKey;
  close(): Promise<void>;
}

export async function startRig(): Promise<Rig> {
  const [engine, redis, database, key]: [EngineChild, RedisServer, ServerDatabase, SigningKey] =
    await Promise.all([startEngineChild(log), startRedis(), serverDatabase(), signingKey("EdDSA")]);
  const replica = (env: Readonly<Record<string, string>>) =>
    startService({
      dataDir: "unused",
      env: {
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        ENGINE_URL: `grpc://${engine.address}`,
        AUTH_ISSUER: issuerName,
        AUTH_AUDIENCE: audience,
        AUTH_PUBLIC_KEY: key.publicPem,
        AUTH_CLOCK_SKEW_S: "0",
        AUTH_MAX_AGE_S: "3600",
        ...env,
      },
    });
  const [first, second] = await Promise.all([replica({ TRUSTED_PROXIES: "127.0.0.1" }), replica({})]);
  return {
    first,
    second,
    database,
    redis,
    key,
    async close() {
      await endServices();
      await Promise.all([engine.close(), redis.kill()]);
      await database.drop();
    },
  };
}

/** A token of the user for so long, s. */
export function tokenFor(
  { key }: Pick<Rig, "key">,
  userId: string,
  lastingS = 600,
  claims: Claims = {},
): Promise<string> {
  const now = nowS();
  return tokenBy(key, { sub: userId, iat: now, exp: now + lastingS, projects: ["shop:operator"], ...claims });
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** One operation over HTTP. Throws the status where it is not 200. */
export async function ask(
  { url }: ServiceProcess,
  token: string,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const { status, text } = await postJson(`${url}`, { query, variables }, { ...bearer(token), ...headers });
  const { data, errors }: GraphQLResult = JSON.parse(text);
  if (status !== 200 || data === undefined || data === null)
    throw new Error(`${status} ${errors?.[0]?.extensions?.code}: ${text}`);
  return data;
}

export function connect({ url }: ServiceProcess, token: string): Promise<GraphQLWsClient> {
  return GraphQLWsClient.connect({ url }, bearer(token));
}

/** How an attempt to connect ends: "connected", or the code of the close. */
export async function outcomeOf({ url }: ServiceProcess, params?: object): Promise<string | number> {
  const client = await GraphQLWsClient.open({ url });
  client.send({ type: "connection_init", ...(params === undefined ? {} : { payload: params }) });
  try {
    await client.frame(({ type }) => type === "connection_ack");
  } catch {
    return (await client.closed).code;
  }
  await client.close();
  return "connected";
}

/** An operation over a socket that answers once. */
export async function once(client: GraphQLWsClient, id: string, query: string, variables: object = {}) {
  client.subscribe(id, query, variables);
  const [payload] = await client.results(id, 1);
  return payload?.data;
}

/** The `seq`s of the log that have come to an operation, without what is about the stream itself. */
export function seqsOf(client: GraphQLWsClient, id: string): number[] {
  return client.frames.flatMap((frame) => {
    if (frame.type !== "next" || frame.id !== id) return [];
    const { data } = frame.payload as { data: { simulationEvents: { __typename: string; seq: number } } };
    const { __typename: type, seq } = data.simulationEvents;
    return type === "StreamStateChanged" ? [] : [seq];
  });
}

export const follow = `subscription ($id: ID!, $after: Int) {
  simulationEvents(simulationId: $id, after: $after) { __typename seq }
}`;

export const renew = `mutation ($token: String!) {
  renewSession(token: $token) { __typename ... on Session { userId expiresAt } ... on Error { code message } }
}`;

export const revoke = `mutation ($userId: ID!) {
  revokeSessions(userId: $userId) { __typename ... on SessionsRevoked { userId at } ... on Error { code message } }
}`;

export const announce = `mutation ($message: String!, $userId: ID, $lasting: Float) {
  announce(message: $message, userId: $userId, lasting: $lasting) {
    __typename ... on Announcement { id message userId } ... on Error { code message }
  }
}`;

/** A simulation that goes on for long; its id. */
export async function running(service: ServiceProcess, token: string): Promise<string> {
  const { startSimulation } = await ask(
    service,
    token,
    `mutation { startSimulation(input: { designId: "mm1", projectId: "shop", duration: 36000, speed: 10 }) {
      ... on Simulation { id } ... on Error { code message } } }`,
  );
  const id =
    typeof startSimulation === "object" && startSimulation !== null
      ? Reflect.get(startSimulation, "id")
      : null;
  if (typeof id !== "string") throw new Error(JSON.stringify(startSimulation));
  return id;
}

export const dense = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

export const patience = { timeout: 20_000, interval: 50 };
