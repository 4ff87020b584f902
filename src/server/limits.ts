// Every bound of the front door: its default, its unit, what it means, and the range in which an operator may set
// it. `docs/limits.md` is made from this table. A limit with a range has a setting: LIMIT_ and its name in upper
// snake case; one without is part of how the service works.

import { echoedCharacters } from "../core/shortened.ts";

export interface Limit {
  readonly value: number;
  readonly unit: "bytes" | "ms" | "characters" | "points" | "per second" | "";
  readonly meaning: string;
  /** The least and the most that may be set. */
  readonly range?: readonly [least: number, most: number];
}

const kB = 1024;
const MB = 1024 * kB;

/** The tables of docs/limits.md, in their order. */
export const limitGroups = {
  "One HTTP request": {
    bodyBytes: {
      value: 100 * kB,
      unit: "bytes",
      meaning: "The body; more is 413.",
      range: [kB, 10 * MB],
    },
    headersTimeoutMs: { value: 10_000, unit: "ms", meaning: "The headers must be there by then." },
    requestTimeoutMs: { value: 30_000, unit: "ms", meaning: "The whole request must be there by then." },
    keepAliveTimeoutMs: {
      value: 5_000,
      unit: "ms",
      meaning: "A connection without a request is kept for so long.",
    },
    idleTimeoutMs: {
      value: 60_000,
      unit: "ms",
      meaning:
        "A connection on which nothing moves is cut; event streams and sockets have bounds of their own.",
    },
    connectionsCheckMs: { value: 1_000, unit: "ms", meaning: "How often slow requests are looked for." },
    connections: {
      value: 20_000,
      unit: "",
      meaning: "Open connections of a replica, sockets and streams included.",
      range: [10, 1_000_000],
    },
  },
  "One operation": {
    tokens: { value: 1_500, unit: "", meaning: "Tokens of the document.", range: [100, 20_000] },
    depth: { value: 12, unit: "", meaning: "Fields within fields.", range: [5, 50] },
    introspectionDepth: {
      value: 16,
      unit: "",
      meaning: "Fields below `__schema` and `__type`; the query of the tools is 13 deep.",
    },
    fields: { value: 5_000, unit: "", meaning: "Fields, with fragments spread out.", range: [100, 100_000] },
    aliases: { value: 60, unit: "", meaning: "Aliases.", range: [0, 1_000] },
    aliasCharacters: {
      value: 200,
      unit: "characters",
      meaning: "One alias: it comes back in every item of the answer.",
    },
    directives: { value: 20, unit: "", meaning: "Directives.", range: [2, 1_000] },
    spreads: { value: 40, unit: "", meaning: "Fragments spread.", range: [5, 1_000] },
    uses: {
      value: 60,
      unit: "",
      meaning: "Fields of one name: validation compares each pair of them.",
      range: [10, 1_000],
    },
    items: {
      value: 25_000,
      unit: "",
      meaning: "Items that it may ask for, all its nested pages together.",
      range: [200, 1_000_000],
    },
    values: {
      value: 300_000,
      unit: "",
      meaning:
        "Values in its answer, about: a thousand metrics events with all they say of twenty components.",
      range: [1_000, 10_000_000],
    },
    errorsPerAnswer: { value: 5, unit: "", meaning: "Errors of validation that are told." },
    echoedCharacters: {
      value: echoedCharacters,
      unit: "characters",
      meaning: "Error messages and the values in them; what is longer is cut.",
    },
  },
  "One WebSocket": {
    messageBytes: {
      value: 64 * kB,
      unit: "bytes",
      meaning: "One message of a client; more closes with 1009.",
      range: [kB, 10 * MB],
    },
    messageFragments: { value: 64, unit: "", meaning: "Frames of one message." },
    messageChunks: { value: 1_024, unit: "", meaning: "Pieces in which a message may arrive." },
    operationIdCharacters: { value: 128, unit: "characters", meaning: "The id of an operation." },
    operationsPerSocket: {
      value: 50,
      unit: "",
      meaning: "Operations at a time, subscriptions included.",
      range: [1, 1_000],
    },
    initWaitMs: { value: 3_000, unit: "ms", meaning: "`connection_init` must be there by then (4408)." },
    messagesPerSecond: {
      value: 50,
      unit: "per second",
      meaning: "Messages and pings of a client, at a steady rate; more closes with 1008.",
      range: [1, 10_000],
    },
    messageBurst: { value: 200, unit: "", meaning: "So many of them at once.", range: [10, 100_000] },
    pingEveryMs: { value: 12_000, unit: "ms", meaning: "How often the server pings." },
    silentMs: { value: 30_000, unit: "ms", meaning: "A socket of which nothing was heard is gone." },
    closeMs: { value: 2_000, unit: "ms", meaning: "How long a closing handshake may take." },
  },
  "What waits for a client": {
    bufferedBytes: {
      value: 48 * kB,
      unit: "bytes",
      meaning: "Waiting in a connection; above it nothing more is written to it.",
      range: [16 * kB, 64 * MB],
    },
    stalledMs: {
      value: 30_000,
      unit: "ms",
      meaning: "A connection that takes nothing while something waits for it is cut (4420).",
      range: [1_000, 600_000],
    },
    renderingsBytes: {
      value: 32 * MB,
      unit: "bytes",
      meaning:
        "Texts kept for subscriptions that see the same, with their events; the oldest are made anew where asked for.",
    },
    sweepMs: { value: 1_000, unit: "ms", meaning: "How often sockets and streams are looked at." },
    keepAliveEveryMs: {
      value: 12_000,
      unit: "ms",
      meaning: "Comments that keep a quiet event stream open through proxies.",
    },
  },
  "Each replica: what may be open": {
    sockets: { value: 10_000, unit: "", meaning: "WebSockets.", range: [1, 1_000_000] },
    socketsPerUser: {
      value: 100,
      unit: "",
      meaning: "WebSockets of one user; more closes with 1013.",
      range: [1, 1_000_000],
    },
    socketsPerAddress: {
      value: 1_000,
      unit: "",
      meaning: "WebSockets from one address; more is answered 429.",
      range: [1, 1_000_000],
    },
    subscriptionsPerUser: {
      value: 500,
      unit: "",
      meaning: "Subscriptions of one user, by sockets and event streams.",
      range: [1, 1_000_000],
    },
    streamsPerUser: { value: 100, unit: "", meaning: "Event streams of one user.", range: [1, 1_000_000] },
    streamsPerAddress: {
      value: 1_000,
      unit: "",
      meaning: "Event streams to one address.",
      range: [1, 1_000_000],
    },
  },
  "Each replica: who comes in": {
    upgradesPerSecond: {
      value: 400,
      unit: "per second",
      meaning: "New WebSockets, at a steady rate; the others wait.",
      range: [1, 100_000],
    },
    upgradeBurst: { value: 500, unit: "", meaning: "So many of them at once.", range: [1, 100_000] },
    upgradesWaiting: {
      value: 4_000,
      unit: "",
      meaning:
        "Those that wait, in the order in which they came; the others are answered 503 with Retry-After.",
      range: [0, 100_000],
    },
    unacknowledged: {
      value: 1_000,
      unit: "",
      meaning: "WebSockets that have not yet said who they are; more is answered 503.",
      range: [1, 100_000],
    },
    unacknowledgedPerAddress: {
      value: 100,
      unit: "",
      meaning: "Those of them from one address; more is answered 429.",
      range: [10, 100_000],
    },
    identifying: {
      value: 64,
      unit: "",
      meaning: "Callers whose identity is being found out at a time.",
      range: [1, 10_000],
    },
    identifyingQueue: {
      value: 2_000,
      unit: "",
      meaning: "Callers who wait for that; the others are told to try again.",
      range: [1, 100_000],
    },
  },
  "All replicas: what a minute may cost": {
    pointsPerUser: {
      value: 6_000,
      unit: "points",
      meaning: "Operations of one user in a minute; see below what each costs.",
      range: [10, 100_000_000],
    },
    failuresPerAddress: {
      value: 120,
      unit: "",
      meaning:
        "Requests and sockets without a good identity, or closed before they were acknowledged, from one address in a minute; beyond it everybody there waits.",
      range: [1, 100_000_000],
    },
  },
} as const satisfies Record<string, Record<string, Limit>>;

type Groups = typeof limitGroups;
export type LimitName = { [G in keyof Groups]: keyof Groups[G] }[keyof Groups];
export type ServerLimits = Readonly<Record<LimitName, number>>;

/** All limits by name. */
export const limitTable: Readonly<Record<LimitName, Limit>> = {
  ...limitGroups["One HTTP request"],
  ...limitGroups["One operation"],
  ...limitGroups["One WebSocket"],
  ...limitGroups["What waits for a client"],
  ...limitGroups["Each replica: what may be open"],
  ...limitGroups["Each replica: who comes in"],
  ...limitGroups["All replicas: what a minute may cost"],
};

/** The defaults. */
export const serverLimits: ServerLimits = Object.fromEntries(
  Object.entries(limitTable).map(([name, { value }]) => [name, value]),
) as Record<LimitName, number>;

/** What the parts of the front door are given: their limits, and whom to tell of one that is hit. */
export interface Bounds {
  readonly limits: ServerLimits;
  hit(name: LimitName): void;
}

/**
 * Close codes beside those of graphql-transport-ws. The graphql-ws client retries after `restart`, `tryAgain` and
 * `slow`, and gives up after `flood`.
 */
export const closeCodes = {
  /** Too many messages. */
  flood: 1008,
  /** The replica drains; another one, or the next start, takes over. */
  restart: 1012,
  /** Who asks cannot be found out just now. */
  tryAgain: 1013,
  badRequest: 4400,
  forbidden: 4403,
  /** An operation id that is in use. */
  idInUse: 4409,
  /** The client reads too slowly; it resumes with `after`. */
  slow: 4420,
  internal: 4500,
} as const;
