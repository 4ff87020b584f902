// What goes out over one socket. Nothing is written while more than a bound waits in the socket: whoever has
// something to send waits, holding one message, and its source waits with it. Frames of one turn leave in one write.
import type { Socket } from "node:net";
import type { WebSocket } from "ws";

export class Outbox {
  readonly #socket: WebSocket;
  readonly #connection: Socket;
  readonly #mostBytes: number;
  /** Senders that wait for room: one for each operation, and one for each message of the client that is refused. */
  #waiting: (() => void)[] = [];
  #underWay = 0;
  #progressAt: number;
  #corked = false;
  /** Called when a message has left for the network. */
  readonly #left = (): void => {
    this.#underWay--;
    this.#progressAt = performance.now();
    if (this.#waiting.length > 0 && !this.full) this.wake();
  };

  /** Nothing more is written while more than `mostBytes` wait. */
  constructor(socket: WebSocket, connection: Socket, mostBytes: number, now: number) {
    this.#socket = socket;
    this.#connection = connection;
    this.#mostBytes = mostBytes;
    this.#progressAt = now;
  }

  /** Resolves when the message is written, or the socket is closed: it may still be on its way, within the bound. */
  async send(text: string): Promise<void> {
    while (this.full && this.#open) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!this.#open) return;
    if (this.#underWay === 0) this.#progressAt = performance.now();
    this.#underWay++;
    this.#cork();
    this.#socket.send(text, this.#left);
  }

  /** Answers a ping, unless the client does not read anyway. */
  pong(payload: Buffer): void {
    if (this.#open && !this.full) this.#socket.pong(payload);
  }

  get full(): boolean {
    return this.#socket.bufferedAmount > this.#mostBytes;
  }

  /** For how long, ms, something has been waiting without anything leaving. */
  stalledFor(now: number): number {
    return this.#underWay === 0 && this.#waiting.length === 0 ? 0 : now - this.#progressAt;
  }

  /** Lets everybody look again; on close, so that nobody waits for ever. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  get #open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#connection.cork();
    setImmediate(() => {
      this.#corked = false;
      this.#connection.uncork();
    });
  }
}
