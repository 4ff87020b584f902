// One WebSocket that speaks graphql-transport-ws. The protocol is graphql-ws's own core; here is what it leaves to
// its host: how much a client may send and run at a time, how much may wait for it, and whether it still lives.
//
//     opened -> (connection_init) acknowledged -> closing -> closed
import type { IncomingMessage } from "node:http";
import { CloseCode, type Server as Protocol } from "graphql-ws";
import type { WebSocket } from "ws";
import { correlationIdFrom } from "../core/correlation.ts";
import { ServiceError } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import type { Session } from "../core/session.ts";
import { type Bounds, closeCodes, type LimitName } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import type { SocketExtra } from "./protocol.ts";
import { SocketOperations } from "./socket-operations.ts";
import { TokenBucket } from "./token-bucket.ts";
import type { Turn } from "./turn.ts";

interface GraphQLSocketOptions {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Of the client. */
  readonly address: string;
  /** Called when it is. */
  readonly acknowledged: () => void;
  readonly protocol: Protocol<SocketExtra>;
  readonly bounds: Bounds;
  readonly turn: Turn;
  /** Told of what is sent. */
  readonly sent?: (frames: number, bytes: number) => void;
  readonly log: Log;
}

export class GraphQLSocket {
  readonly operations: SocketOperations;
  readonly #socket: WebSocket;
  readonly #outbox: Outbox;
  readonly #messages: TokenBucket;
  readonly #extra: SocketExtra;
  readonly #bounds: Bounds;
  readonly #log: Log;
  #heardAt = performance.now();
  #pingedAt = performance.now();
  #closedWith: number | undefined;
  #cut: NodeJS.Timeout | undefined;

  constructor(options: GraphQLSocketOptions) {
    const { socket, request, address, acknowledged, protocol, bounds, turn, sent, log } = options;
    const now = performance.now();
    const { limits } = bounds;
    this.#socket = socket;
    const outbox = new Outbox({
      socket,
      connection: request.socket,
      mostBytes: limits.bufferedBytes,
      turn,
      sent,
    });
    this.#outbox = outbox;
    this.operations = new SocketOperations(limits.operationsPerSocket);
    this.#messages = new TokenBucket(limits.messagesPerSecond, limits.messageBurst, now);
    this.#bounds = bounds;
    this.#log = log;

    const { operations } = this;
    const correlationId = correlationIdFrom(request.headers["x-request-id"]);
    this.#extra = { request, address, acknowledged, operations, outbox, turn, correlationId };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => outbox.send(text),
        // Who reads nothing waits for no pong.
        onPing: async () => {
          if (!outbox.full) await outbox.send(`{"type":"pong"}`);
        },
        close: (code, reason) => {
          if (code === CloseCode.ConnectionInitialisationTimeout) bounds.hit("initWaitMs");
          this.close(code ?? closeCodes.internal, reason ?? "");
        },
        onMessage: (handle) =>
          socket.on("message", (data, isBinary) => this.#received(String(data), isBinary, handle)),
      },
      this.#extra,
    );
    socket.on("ping", (payload) => {
      if (this.#heard()) outbox.pong(payload);
    });
    socket.on("pong", () => this.#heard());
    // Broken frames, too big messages: ws closes with the right code by itself.
    socket.on("error", (error) => {
      const limit = limitOf(error);
      if (limit !== undefined) bounds.hit(limit);
      log.debug({ err: error }, "A socket failed.");
    });
    socket.once("close", (code, reason) => {
      clearTimeout(this.#cut);
      this.operations.endAll();
      outbox.wake();
      void Promise.resolve(closed(code, String(reason))).catch((error: unknown) =>
        log.error({ err: error }, "A socket could not be let go."),
      );
    });
  }

  /** Undefined until the connection is acknowledged. */
  get session(): Session | undefined {
    return this.#extra.session;
  }

  /** The code with which this side closed it, if it did. */
  get closedWith(): number | undefined {
    return this.#closedWith;
  }

  /** Closes with a code, and cuts the connection where the client does not answer. Idempotent. */
  close(code: number, reason: string): void {
    if (this.closedWith !== undefined) return;
    this.#closedWith = code;
    this.operations.endAll();
    this.#outbox.write();
    this.#socket.close(code, fitting(reason));
    this.#cut = setTimeout(() => this.#socket.terminate(), this.#bounds.limits.closeMs);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Called now and then: pings, and finds out who is gone or does not read. */
  check(now: number): void {
    if (this.closedWith !== undefined) return;
    const { limits, hit } = this.#bounds;
    if (this.session !== undefined && Date.now() >= this.session.expiresAt) {
      this.close(closeCodes.forbidden, "The token has expired: reconnect with a new one");
      return;
    }
    const stalled = this.#outbox.stalledFor(now);
    if (stalled > limits.stalledMs) {
      hit("stalledMs");
      this.close(closeCodes.slow, "Too slow: reconnect and resume");
      return;
    }
    // While something waits to leave, a pong cannot be expected: the ping waits behind it.
    const aliveAt = Math.max(this.#heardAt, this.#outbox.progressAt);
    if (stalled === 0 && now - aliveAt > limits.silentMs) {
      hit("silentMs");
      this.terminate();
      return;
    }
    if (now - this.#pingedAt >= limits.pingEveryMs && !this.#outbox.full) {
      this.#pingedAt = now;
      this.#socket.ping();
    }
  }

  /** False: that was one message too many. */
  #heard(): boolean {
    const now = performance.now();
    this.#heardAt = now;
    if (this.closedWith !== undefined) return false;
    if (this.#messages.take(now)) return true;
    this.#bounds.hit("messagesPerSecond");
    this.close(closeCodes.flood, "Too many messages");
    return false;
  }

  #received(text: string, isBinary: boolean, handle: (text: string) => Promise<void>): void {
    if (!this.#heard()) return;
    const message = isBinary ? "broken" : subscribeId(text, this.#bounds.limits.operationIdCharacters);
    if (message === "broken") this.close(closeCodes.badRequest, "Invalid message received");
    else if (message === undefined) this.#handled(handle(text));
    else this.#subscribed(message.id, text, handle);
  }

  #subscribed(id: string, text: string, handle: (text: string) => Promise<void>): void {
    switch (this.operations.reserve(id)) {
      case "taken":
        this.close(closeCodes.idInUse, `Subscriber for ${id} already exists`);
        break;
      case "full":
        this.#bounds.hit("operationsPerSocket");
        // Refusals are not kept for who does not read them.
        if (this.#outbox.full) this.close(closeCodes.flood, "Too many messages");
        else this.#handled(this.#outbox.send(tooMany(id, this.#bounds.limits.operationsPerSocket)));
        break;
      case "reserved":
        this.#handled(handle(text).finally(() => this.operations.release(id)));
    }
  }

  #handled(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (error instanceof ServiceError && error.code === "UNAVAILABLE") {
        this.close(closeCodes.tryAgain, error.message);
        return;
      }
      if (error instanceof ServiceError && error.code === "UNAUTHENTICATED") {
        this.close(closeCodes.forbidden, error.message);
        return;
      }
      this.#log.error({ err: error }, "A message could not be handled.");
      this.close(closeCodes.internal, "Internal error");
    });
  }
}

/** The limit of ours for which ws closed a socket. */
function limitOf(error: Error): LimitName | undefined {
  const code = "code" in error ? error.code : undefined;
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return "messageBytes";
  return code === "WS_ERR_TOO_MANY_BUFFERED_PARTS" ? "messageFragments" : undefined;
}

/** A reason has at most 123 bytes; one that is longer would be thrown, and end the process. */
function fitting(reason: string): string {
  return Buffer.from(reason)
    .subarray(0, 120)
    .toString()
    .replace(/\uFFFD$/, "");
}

/** What a client may say; the rest of the protocol is the server's. */
const clientMessages = new Set<unknown>(["connection_init", "ping", "pong", "subscribe", "complete"]);

/** The id of a subscribe message; undefined: some other message, whose form the protocol checks. */
function subscribeId(text: string, mostCharacters: number): { id: string } | "broken" | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return "broken";
  }
  if (typeof message !== "object" || message === null || !("type" in message)) return "broken";
  if (!clientMessages.has(message.type)) return "broken";
  if (message.type !== "subscribe") return undefined;
  const id = "id" in message ? message.id : undefined;
  const fits = typeof id === "string" && id.length > 0 && id.length <= mostCharacters;
  return fits ? { id } : "broken";
}

function tooMany(id: string, maximum: number): string {
  const message = `A socket runs at most ${maximum} operations at a time: end one, or open another socket.`;
  const extensions = { code: "LIMIT_EXCEEDED", limit: "operationsPerSocket", maximum };
  return JSON.stringify({ id, type: "error", payload: [{ message, extensions }] });
}
