// All WebSockets of the replica: who may open one, who is still there, and letting them all go.
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Server as Protocol } from "graphql-ws";
import { handleProtocols } from "graphql-ws";
import { WebSocketServer } from "ws";
import type { Log } from "../core/ports/log.ts";
import type { Session } from "../core/session.ts";
import { type Bounds, closeCodes } from "./limits.ts";
import type { OriginPolicy } from "./origin.ts";
import { pathOf } from "./path.ts";
import type { SocketExtra } from "./protocol.ts";
import { GraphQLSocket } from "./socket.ts";
import { graphqlPath } from "./yoga.ts";

interface SocketsOptions {
  readonly protocol: Protocol<SocketExtra>;
  readonly origins: OriginPolicy;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly bounds: Bounds;
  readonly log: Log;
}

export class Sockets {
  readonly #open = new Set<GraphQLSocket>();
  readonly #server: WebSocketServer;
  readonly #protocol: Protocol<SocketExtra>;
  readonly #origins: OriginPolicy;
  readonly #addressOf: (request: IncomingMessage) => string;
  readonly #bounds: Bounds;
  readonly #log: Log;
  #draining = false;
  #emptied = () => {};

  constructor({ protocol, origins, addressOf, bounds, log }: SocketsOptions) {
    this.#protocol = protocol;
    this.#addressOf = addressOf;
    this.#origins = origins;
    this.#bounds = bounds;
    this.#log = log;
    const { limits } = bounds;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      handleProtocols,
      maxPayload: limits.messageBytes,
      maxFragments: limits.messageFragments,
      maxBufferedChunks: limits.messageChunks,
      perMessageDeflate: false,
      // Pings count against what a client may send.
      autoPong: false,
    });
  }

  get size(): number {
    return this.#open.size;
  }

  get operations(): number {
    let operations = 0;
    for (const socket of this.#open) operations += socket.operations.size;
    return operations;
  }

  /** Takes an upgrade over, or answers it with why not. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      refuseUpgrade(connection, refusal);
      return;
    }
    const address = this.#addressOf(request);
    this.#server.handleUpgrade(request, connection, head, (webSocket) => {
      const socket = new GraphQLSocket(webSocket, request, address, this.#protocol, this.#bounds, this.#log);
      this.#open.add(socket);
      webSocket.once("close", () => {
        this.#open.delete(socket);
        if (this.#open.size === 0) this.#emptied();
      });
    });
  }

  check(now: number): void {
    for (const socket of this.#open) socket.check(now);
  }

  /** Sends every client elsewhere: they reconnect and resume. */
  drain(): void {
    this.#draining = true;
    for (const socket of this.#open) socket.close(closeCodes.restart, "Service restarting");
  }

  /** Closes those of these sessions: their clients come back with a newer token, or not at all. */
  end(which: (session: Session) => boolean, reason: string): void {
    for (const socket of this.#open) {
      if (socket.session !== undefined && which(socket.session)) socket.close(closeCodes.forbidden, reason);
    }
  }

  /** Resolves when the last socket is closed. Once draining, no other one opens. */
  async empty(): Promise<void> {
    if (this.#open.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
  }

  terminate(): void {
    this.#draining = true;
    for (const socket of this.#open) socket.terminate();
  }

  #refusal(request: IncomingMessage): number | undefined {
    const { headers } = request;
    if (pathOf(request) !== graphqlPath) return 404;
    if (!this.#origins.knownHost(headers.host)) return 421;
    if (!this.#origins.allows(headers.origin, headers.host)) return 403;
    if (this.#draining || this.#open.size >= this.#bounds.limits.sockets) return 503;
    return undefined;
  }
}

function refuseUpgrade(connection: Duplex, status: number): void {
  connection.on("error", () => connection.destroy());
  connection.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
