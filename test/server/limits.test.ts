// Every limit of an operation holds on every way to send one, with the same code; a limit that is new, and neither
// tried here nor said to be tried elsewhere, fails.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limitsPage } from "../../scripts/limits-page.ts";
import { settingOf } from "../../src/config/front-door.ts";
import { type LimitName, limitTable, type ServerLimits } from "../../src/server/limits.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { type GraphQLResult, postJson } from "../support/http.ts";
import { simulationOf } from "../support/simulations.ts";
import { type Api, startApi } from "./api.ts";

interface Case {
  readonly query: string;
  readonly limits?: Partial<ServerLimits>;
  /** Run first, over HTTP. */
  readonly before?: string;
  readonly code?: string;
}

const repeated = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(" ");
const inReport = "report { components { componentId errors } }";
const watch = `subscription { simulationEvents(simulationId: "sim-1") { seq } }`;

const everyWhere: Partial<Record<LimitName, Case>> = {
  tokens: { query: `{ ${repeated(1_600, () => "a")} }` },
  depth: {
    query: `{ simulation(id: "1") ${"{ events { nodes { simulation ".repeat(6)}{ id }${" } } }".repeat(6)} }`,
  },
  introspectionDepth: {
    query: `{ __schema { types { ${"ofType { ".repeat(20)} name ${"}".repeat(20)} } } }`,
  },
  fields: {
    query: `{ ...A } fragment A on Query { ${"...B ".repeat(9)} } fragment B on Query { ${"...C ".repeat(9)} } fragment C on Query { ${repeated(9, (n) => `f${n} g${n} h${n} i${n} j${n} k${n} l${n}`)} }`,
  },
  aliases: { query: `{ ${repeated(61, (n) => `a${n}: __typename`)} }` },
  aliasCharacters: { query: `{ ${"a".repeat(201)}: __typename }` },
  directives: { query: `{ __typename ${"@skip(if: false) ".repeat(21)} }` },
  spreads: { query: `{ ${"...F ".repeat(41)} } fragment F on Query { __typename }` },
  uses: { query: `{ ${"__typename ".repeat(61)} }` },
  items: { query: "{ simulations(first: 200) { nodes { events(first: 1000) { nodes { seq } } } } }" },
  values: {
    query: `{ ${repeated(50, (n) => `s${n}: simulations(first: 200) { nodes { ${inReport} } }`)} }`,
    limits: { items: 1_000_000 },
  },
  pointsPerUser: {
    query: "{ __typename }",
    limits: { pointsPerUser: 1 },
    before: "{ __typename }",
    code: "RATE_LIMITED",
  },
  subscriptionsPerUser: { query: watch, limits: { subscriptionsPerUser: 0 } },
};

/** Limits of one transport, or of no operation. */
const elsewhere: readonly LimitName[] = [
  // requests.test.ts
  ...(["bodyBytes", "headersTimeoutMs", "requestTimeoutMs", "keepAliveTimeoutMs"] as const),
  ...(["idleTimeoutMs", "connectionsCheckMs", "connections"] as const),
  // document-limits.test.ts, echo.test.ts
  ...(["errorsPerAnswer", "echoedCharacters"] as const),
  // sockets.test.ts
  ...(["messageBytes", "messageFragments", "messageChunks", "operationIdCharacters"] as const),
  ...(["operationsPerSocket", "initWaitMs", "messagesPerSecond", "messageBurst", "closeMs"] as const),
  // slow-socket.test.ts, event-streams.test.ts, shared-rendering.test.ts
  ...(["pingEveryMs", "silentMs", "bufferedBytes", "stalledMs", "sweepMs"] as const),
  ...(["renderingsBytes", "keepAliveEveryMs"] as const),
  // shares.test.ts, coming-in.test.ts
  ...(["socketsPerUser", "socketsPerAddress", "streamsPerUser", "streamsPerAddress", "sockets"] as const),
  ...([
    "upgradesPerSecond",
    "upgradeBurst",
    "upgradesWaiting",
    "unacknowledged",
    "identifying",
    "identifyingQueue",
  ] as const),
  "unacknowledgedPerAddress",
  "failuresPerAddress",
];

describe("the limits", () => {
  it("are all tried, here or elsewhere", () => {
    const tried = [...Object.keys(everyWhere), ...elsewhere];
    expect(tried.toSorted()).toEqual(Object.keys(limitTable).toSorted());
  });

  it("are those of docs/limits.md", () => {
    const page = readFileSync(new URL("../../docs/limits.md", import.meta.url), "utf8");
    expect(page, "run npm run generate:limits").toBe(limitsPage());
  });

  it("have names for their settings, and ranges that hold their defaults", () => {
    expect(settingOf("bodyBytes")).toBe("LIMIT_BODY_BYTES");
    for (const [name, { value, range = [value, value] }] of Object.entries<{
      value: number;
      range?: readonly [number, number];
    }>(limitTable)) {
      expect(value, name).toBeGreaterThanOrEqual(range[0]);
      expect(value, name).toBeLessThanOrEqual(range[1]);
    }
  });
});

describe.each(Object.entries(everyWhere))("an operation beyond %s", (limit, wanted) => {
  const { query, limits = {}, before, code = "LIMIT_EXCEEDED" } = wanted;
  const hits: LimitName[] = [];
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ limits, limitHit: (name) => hits.push(name) });
    api.store.add(simulationOf("sim-1"));
    if (before !== undefined) await postJson(api.url, { query: before });
  });
  afterAll(() => api.close());

  it("is refused over HTTP, WebSocket and event stream alike, and counted each time", async () => {
    const answers = [await overHttp(api, query), await overSocket(api, query), await overStream(api, query)];
    for (const { errors = [] } of answers) {
      expect(errors[0]?.extensions).toMatchObject({ code, limit, maximum: expect.any(Number) });
    }
    expect(hits).toEqual([limit, limit, limit]);
  });
});

async function overHttp(api: Api, query: string): Promise<GraphQLResult> {
  const accept = query.startsWith("subscription") ? "*/*" : "application/graphql-response+json";
  return JSON.parse((await postJson(api.url, { query }, { accept })).text);
}

async function overSocket(api: Api, query: string): Promise<GraphQLResult> {
  const client = await GraphQLWsClient.connect(api);
  client.subscribe("1", query);
  const { type, payload } = await client.frame(({ id }) => id === "1");
  await client.close();
  return type === "error" ? JSON.parse(JSON.stringify({ errors: payload })) : {};
}

async function overStream(api: Api, query: string): Promise<GraphQLResult> {
  const { text, status } = await postJson(api.url, { query }, { accept: "text/event-stream" });
  return JSON.parse(status === 200 ? (/^data: (.*)$/m.exec(text)?.[1] ?? "null") : text);
}
