// All WebSockets of the replica: who may open one, who is still there, and letting them all go.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Server as Protocol } from "graphql-ws";
import { handleProtocols } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import type { Log } from "../core/ports/log.ts";
import type { Session } from "../core/session.ts";
import { type Bounds, closeCodes } from "./limits.ts";
import type { SocketObserver } from "./observed-sockets.ts";
import type { OriginPolicy } from "./origin.ts";
import { pathOf } from "./path.ts";
import type { SocketExtra } from "./protocol.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import { GraphQLSocket } from "./socket.ts";
import { Turn } from "./turn.ts";
import { type Admitted, spread, type UpgradeAdmission, type UpgradeRefusal } from "./upgrade-admission.ts";
import { UpgradeLine } from "./upgrade-line.ts";
import { graphqlPath } from "./yoga.ts";

interface SocketsOptions {
  readonly protocol: Protocol<SocketExtra>;
  readonly origins: OriginPolicy;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly admission: UpgradeAdmission;
  readonly bounds: Bounds;
  readonly observer: SocketObserver;
  readonly log: Log;
}

/**
 * Closed by this side for what is no failure of the client (or, by a bad identity, counted where it was found out).
 */
const otherwiseCounted: ReadonlySet<number> = new Set([
  closeCodes.forbidden,
  closeCodes.tryAgain,
  closeCodes.restart,
  closeCodes.internal,
]);

export class Sockets {
  readonly #open = new Set<GraphQLSocket>();
  /** Of the open ones. */
  readonly #unacknowledged = new Set<WebSocket>();
  readonly #server: WebSocketServer;
  readonly #protocol: Protocol<SocketExtra>;
  readonly #origins: OriginPolicy;
  readonly #addressOf: (request: IncomingMessage) => string;
  readonly #admission: UpgradeAdmission;
  readonly #bounds: Bounds;
  readonly #observer: SocketObserver;
  readonly #log: Log;
  readonly #turn: Turn;
  readonly #line: UpgradeLine;
  #draining = false;
  #emptied = () => {};

  constructor({ protocol, origins, addressOf, admission, bounds, observer, log }: SocketsOptions) {
    this.#protocol = protocol;
    this.#addressOf = addressOf;
    this.#origins = origins;
    this.#admission = admission;
    this.#bounds = bounds;
    this.#observer = observer;
    this.#log = log;
    this.#turn = new Turn((error) => log.error({ err: error }, "Frames could not be put or written."));
    const { limits } = bounds;
    this.#line = new UpgradeLine({
      perSecond: limits.upgradesPerSecond,
      burst: limits.upgradeBurst,
      most: limits.upgradesWaiting,
      failed: (error) => log.error({ err: error }, "A socket could not be opened."),
    });
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

  /** For their turn to open. */
  get waiting(): number {
    return this.#line.size;
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
      this.#refuse(connection, refusal);
      return;
    }
    const address = this.#addressOf(request);
    const open = { open: this.#open.size + this.#line.size, unacknowledged: this.#unacknowledged.size };
    const admitted = this.#admission.admit(address, open);
    if ("status" in admitted) {
      this.#refuse(connection, admitted);
      return;
    }
    // Also where the handshake is none.
    connection.once("close", admitted.giveBack);
    if (this.#line.enter(connection, () => this.#greet(request, connection, head, address, admitted))) return;
    admitted.giveBack();
    this.#bounds.hit("upgradesWaiting");
    this.#refuse(connection, { status: 503, retryAfter: spread() });
  }

  #greet(
    request: IncomingMessage,
    connection: Duplex,
    head: Buffer,
    address: string,
    admitted: Admitted,
  ): void {
    // What was so when it came may not be so any more.
    const isFull = this.#unacknowledged.size >= this.#bounds.limits.unacknowledged;
    if (isFull) this.#bounds.hit("unacknowledged");
    if (isFull || this.#draining) {
      admitted.giveBack();
      this.#refuse(connection, { status: 503, retryAfter: spread() });
      return;
    }
    this.#server.handleUpgrade(request, connection, head, (webSocket) =>
      this.#opened(webSocket, request, address, admitted),
    );
  }

  /** No closure that lasts as long as the socket may see the request, or it would last as long. */
  #opened(webSocket: WebSocket, request: IncomingMessage, address: string, admitted: Admitted): void {
    const socket = new GraphQLSocket({
      socket: webSocket,
      request,
      address,
      acknowledged: () => {
        this.#unacknowledged.delete(webSocket);
        admitted.acknowledged();
      },
      protocol: this.#protocol,
      bounds: this.#bounds,
      turn: this.#turn,
      sent: this.#observer.sent,
      log: this.#log,
    });
    this.#observer.opened();
    this.#open.add(socket);
    this.#unacknowledged.add(webSocket);
    webSocket.once("close", (code) => {
      this.#observer.closed(code);
      const unacknowledged = this.#unacknowledged.delete(webSocket);
      if (unacknowledged && !this.#draining && !otherwiseCounted.has(socket.closedWith ?? code))
        admitted.failed();
      this.#open.delete(socket);
      if (this.#open.size === 0) this.#emptied();
    });
  }

  check(now: number): void {
    for (const socket of this.#open) socket.check(now);
  }

  /** Sends every client elsewhere: they reconnect and resume. */
  drain(): void {
    this.#draining = true;
    this.#line.open();
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
    this.#line.open();
    for (const socket of this.#open) socket.terminate();
  }

  #refuse(connection: Duplex, refusal: UpgradeRefusal): void {
    this.#observer.refused(refusal.status);
    refuseUpgrade(connection, refusal);
  }

  #refusal(request: IncomingMessage): UpgradeRefusal | undefined {
    const { headers } = request;
    if (pathOf(request) !== graphqlPath) return { status: 404 };
    if (!this.#origins.knownHost(headers.host)) return { status: 421 };
    if (!this.#origins.allows(headers.origin, headers.host)) return { status: 403 };
    if (this.#draining) return { status: 503, retryAfter: spread() };
    return undefined;
  }
}
