// One viewer: a socket with one subscription, which counts what it is sent.
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { documentOf, type Selection, shortestSample } from "./documents.ts";
import { clientFrame, type FrameListener, FrameReader, opcodes } from "./frames.ts";

export interface ViewerOptions {
  readonly port: number;
  /** Of `Theatre.simulations`. */
  readonly simulation: number;
  readonly simulationId: string;
  readonly selection: Selection;
  /** Samples a second that it asks for at most; undefined: all. */
  readonly maxRate: number | undefined;
  readonly audience: AudienceOf;
}

/** Whoever counts for all of them. */
export interface AudienceOf {
  /** Whether the viewer's next sample shall be read. */
  readsSample(viewer: Viewer): boolean;
  /** A sample came; null: unread. */
  sample(viewer: Viewer, payload: Buffer | null): void;
  /** Any other message of its subscription. */
  message(viewer: Viewer, text: string): void;
  /** All that one chunk held has been told. */
  chunk(): void;
  lost(viewer: Viewer, why: string): void;
}

/** One for all: what comes in is looked at at once. */
const inbox = Buffer.allocUnsafe(256 * 1024);
const joinWithinMs = 30_000;

export class Viewer implements FrameListener {
  readonly id = randomUUID();
  readonly simulation: number;
  readonly simulationId: string;
  readonly selection: Selection;
  /** Samples so far, and the seq of the first; 0: none yet. */
  received = 0;
  first = 0;
  /** The seq that was read last. */
  lastRead = 0;
  readonly #maxRate: number | undefined;
  readonly #audience: AudienceOf;
  #socket: Socket | undefined;
  readonly #frames = new FrameReader(this);
  readonly #port: number;
  #answer = "";
  #isUpgraded = false;
  #left = false;
  #lost = false;
  #acknowledged = () => {};
  #refused: (error: Error) => void = () => {};

  constructor({ port, simulation, simulationId, selection, maxRate, audience }: ViewerOptions) {
    this.simulation = simulation;
    this.simulationId = simulationId;
    this.selection = selection;
    this.#maxRate = maxRate;
    this.#audience = audience;
    this.#port = port;
  }

  /** Resolves when the server has greeted and been sent the subscription. */
  join(): Promise<void> {
    const socket = connect({
      host: "127.0.0.1",
      port: this.#port,
      noDelay: true,
      onread: { buffer: inbox, callback: (size) => this.#read(size) },
    });
    this.#socket = socket;
    socket.on("error", (error) => this.broken(error.message));
    socket.on("close", () => this.broken("The connection was closed."));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.broken("The server does not greet."), joinWithinMs).unref();
      this.#acknowledged = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#refused = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      socket.write(
        `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
          "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
      );
    });
  }

  /** Reads nothing more until `resume`. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  get isLost(): boolean {
    return this.#lost;
  }

  /** At once, and nothing of the connection is remembered. */
  leave(): void {
    this.#left = true;
    this.#socket?.resetAndDestroy();
  }

  wants(length: number): boolean {
    return length < shortestSample || this.#audience.readsSample(this);
  }

  frame(opcode: number, length: number, payload: Buffer | null): void {
    if (opcode === opcodes.text && length >= shortestSample) this.#audience.sample(this, payload);
    else if (payload === null) return;
    else if (opcode === opcodes.text) this.#hear(payload.toString());
    else if (opcode === opcodes.ping) this.#socket?.write(clientFrame(opcodes.pong, Buffer.from(payload)));
    else if (opcode === opcodes.close) {
      const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
      this.broken(`The server closed: ${code} ${payload.subarray(2).toString()}`);
    }
  }

  broken(why: string): void {
    if (this.#left || this.#lost) return;
    this.#lost = true;
    this.#refused(new Error(why));
    this.#audience.lost(this, why);
    this.#socket?.destroy();
  }

  #read(size: number): boolean {
    if (this.#left || this.#lost) return true;
    if (this.#isUpgraded) this.#frames.read(inbox, 0, size);
    else this.#upgrade(size);
    this.#audience.chunk();
    return true;
  }

  #upgrade(size: number): void {
    const known = this.#answer.length;
    this.#answer += inbox.toString("latin1", 0, size);
    const end = this.#answer.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!this.#answer.startsWith("HTTP/1.1 101 ")) {
      this.broken(`The upgrade was answered with: ${this.#answer.split("\r\n", 1)[0]}`);
      return;
    }
    this.#isUpgraded = true;
    this.#answer = "";
    this.#send({ type: "connection_init" });
    this.#frames.read(inbox, end + 4 - known, size);
  }

  #hear(text: string): void {
    if (text.includes('"connection_ack"')) {
      const variables = { id: this.simulationId };
      const payload = { query: documentOf(this.selection, this.#maxRate), variables };
      this.#send({ id: this.id, type: "subscribe", payload });
      this.#acknowledged();
    } else if (text.includes('"type":"ping"')) this.#send({ type: "pong" });
    else this.#audience.message(this, text);
  }

  #send(message: object): void {
    this.#socket?.write(clientFrame(opcodes.text, Buffer.from(JSON.stringify(message))));
  }
}
