// A client that speaks graphql-transport-ws frame by frame: what comes from the server is seen as it is, and what
// a well-behaved library would never send can be sent.
import { WebSocket } from "ws";

/** A message of the protocol. */
export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

interface ConnectOptions {
  /** Where the service listens: http://host:port. */
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly protocol?: string;
  readonly path?: string;
}

export class GraphQLWsClient {
  /** Everything received so far, in order. */
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  /** Resolves when the socket is closed. */
  readonly closed: Promise<Closed>;
  #watchers = new Set<() => void>();
  #isClosed = false;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => {
      this.frames.push(JSON.parse(String(data)));
      this.#changed();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        this.#isClosed = true;
        resolve({ code, reason: String(reason) });
        this.#changed();
      });
    });
  }

  /** Resolves when the socket is open; rejects with the HTTP status where the upgrade is refused. */
  static open({ url, headers = {}, protocol, path = "/graphql" }: ConnectOptions): Promise<GraphQLWsClient> {
    const address = `${url.replace(/^http/, "ws")}${path}`;
    const socket = new WebSocket(address, protocol ?? "graphql-transport-ws", { headers });
    const client = new GraphQLWsClient(socket);
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(client));
      socket.once("unexpected-response", (_request, response) => {
        reject(new Error(`upgrade refused: ${response.statusCode}`));
        response.destroy();
      });
      socket.once("error", reject);
    });
  }

  /** Open and acknowledged. */
  static async connect(options: ConnectOptions, connectionParams?: object): Promise<GraphQLWsClient> {
    const client = await GraphQLWsClient.open(options);
    client.send({ type: "connection_init", ...(connectionParams ? { payload: connectionParams } : {}) });
    await client.frame((frame) => frame.type === "connection_ack");
    return client;
  }

  send(message: object | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables: object = {}): void {
    this.send({ type: "subscribe", id, payload: { query, variables } });
  }

  /** The first frame, already there or still to come, that satisfies the condition. */
  async frame(condition: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(condition);
      if (found !== undefined) return found;
      if (this.#isClosed) throw new Error("The socket was closed before such a frame came.");
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** The payloads of the `next` frames of an operation, when there are at least so many. */
  async results(id: string, count: number): Promise<Record<string, unknown>[]> {
    const payloads = () =>
      this.frames.filter((frame) => frame.type === "next" && frame.id === id).map((frame) => frame.payload);
    await this.frame(() => payloads().length >= count);
    return payloads() as Record<string, unknown>[];
  }

  /** Closes, and resolves when the server has answered. */
  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }

  #changed(): void {
    const watchers = this.#watchers;
    this.#watchers = new Set();
    for (const resume of watchers) resume();
  }
}
