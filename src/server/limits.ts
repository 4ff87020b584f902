// Every bound of the front door, with its unit.

export const serverLimits = {
  /** One HTTP request. */
  bodyBytes: 100 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 5_000,
  /** A connection on which nothing moves for so long is cut; event streams and sockets have their own bounds. */
  idleTimeoutMs: 60_000,
  /** Node looks for requests that are too slow this often. */
  connectionsCheckMs: 1_000,
  connections: 20_000,

  /** One document. */
  tokens: 1_500,
  depth: 12,
  /** Below `__schema` and `__type`; the introspection query of the tools is 13 deep. */
  introspectionDepth: 16,
  /** Fields after fragments have been spread out. */
  fields: 5_000,
  aliases: 60,
  directives: 20,
  spreads: 40,
  /** Of one name. Validation compares each pair of fields that share a name: its time grows with the square. */
  uses: 60,
  /** Items that one operation may ask for, all its nested pages together. */
  items: 25_000,
  /** A thousand metrics events with all that they say of twenty components; some tenths of a second. */
  values: 300_000,

  /** One answer. */
  errorsPerAnswer: 5,
  errorMessageCharacters: 300,

  /** One WebSocket. */
  messageBytes: 64 * 1024,
  messageFragments: 64,
  messageChunks: 1_024,
  operationIdCharacters: 128,
  operationsPerSocket: 50,
  initWaitMs: 3_000,
  /** Messages and pings of a client: a steady rate per second, and so many at once. */
  messagesPerSecond: 50,
  messageBurst: 200,
  pingEveryMs: 12_000,
  /** A socket of which nothing was heard for so long is gone. */
  silentMs: 30_000,
  /** Bytes waiting in a connection above which nothing more is written to it. */
  bufferedBytes: 1024 * 1024,
  /** A connection that takes nothing for so long, while something waits for it, is cut. */
  stalledMs: 30_000,
  /** How long a closing handshake may take. */
  closeMs: 2_000,

  sockets: 10_000,
  /** Texts kept for subscriptions that see the same. */
  renderingsPerGroup: 64,
  /** How often sockets and streams are looked at. */
  sweepMs: 1_000,
  /** Comments that keep a quiet event stream open through proxies. */
  keepAliveEveryMs: 12_000,
} as const;

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
