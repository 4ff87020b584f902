// What goes out over one socket. Nothing is put while more than a bound waits in the socket: whoever has something
// to send waits, holding one message or none, and its source waits with it. Frames of one turn leave in one write.
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { utf8 } from "../core/bytes.ts";
import { frameBytes, type Payload, putFrame } from "./frame.ts";
import { ownRoom, Slab } from "./slab.ts";
import type { Filler, Turn } from "./turn.ts";

interface OutboxOptions {
  readonly socket: WebSocket;
  /** Beneath it. Whole frames are written straight to it: nothing of ws's own is ever half written there. */
  readonly connection: Socket;
  /** Nothing more is put while so many bytes wait. */
  readonly mostBytes: number;
  readonly turn: Turn;
  /** Told of what is written. */
  readonly sent?: ((frames: number, bytes: number) => void) | undefined;
}

/** Of one write to the connection. */
const partBytes = 128 * 1024;
/** One socket after the other puts together in it what it writes. */
const slab = new Slab();

export class Outbox {
  readonly #socket: WebSocket;
  readonly #connection: Socket;
  readonly #mostBytes: number;
  readonly #turn: Turn;
  readonly #sent: OutboxOptions["sent"];
  /** Of this turn; undefined: none, as of nearly all sockets. */
  #batch: Payload[] | undefined;
  #batchBytes = 0;
  /** Senders that wait for room: one for each operation, and one for each message of the client that is refused. */
  #waiting: (() => void)[] | undefined;
  /** Made when somebody waits for room: most never do. */
  #fillers: Set<Filler> | undefined;
  /** Writes that have not left. */
  #underWay = 0;
  #progressAt = 0;
  /** Called when a write has left for the network. A `drain` does not tell of all of them. */
  readonly #left = (): void => {
    this.#underWay -= 1;
    this.#progressAt = performance.now();
    if ((this.#waiting !== undefined || this.#fillers !== undefined) && !this.full) this.wake();
  };

  constructor({ socket, connection, mostBytes, turn, sent }: OutboxOptions) {
    this.#socket = socket;
    this.#connection = connection;
    this.#mostBytes = mostBytes;
    this.#turn = turn;
    this.#sent = sent;
  }

  /** Resolves when the message is on its way, or the socket is closed. */
  async send(text: string): Promise<void> {
    while (this.full && this.open) await this.#room();
    this.put({ head: utf8(text), rest: "" });
  }

  /** A message, to leave with the others of this turn; nothing where the socket is closed. See `full`. */
  put(message: Payload): void {
    if (!this.open) return;
    if (this.#batch === undefined) {
      this.#batch = [];
      this.#turn.write(this);
    }
    this.#batch.push(message);
    this.#batchBytes += frameBytes(message);
  }

  /** Calls it when there is room again, or the socket has closed. */
  await(filler: Filler): void {
    this.#fillers ??= new Set();
    this.#fillers.add(filler);
  }

  /** It has nothing to put any more. */
  forget(filler: Filler): void {
    this.#fillers?.delete(filler);
  }

  /** What was put leaves now: for who is about to write to the socket by other ways. */
  write(): void {
    const [batch, bytes] = [this.#batch, this.#batchBytes];
    this.#batch = undefined;
    this.#batchBytes = 0;
    if (batch === undefined || !this.open) return;
    // Behind what waits nothing leaves at once: it would keep a slab each time.
    const frames = this.#connection.writableLength > 0 ? ownRoom(bytes) : slab.room(bytes);
    let at = 0;
    for (const message of batch) at = putFrame(message, frames, at);
    if (this.#underWay === 0) this.#progressAt = performance.now();
    // Nearly always one. A large message in parts: so that it can be seen to leave.
    for (let from = 0; from < frames.length; from += partBytes) {
      this.#underWay += 1;
      this.#connection.write(frames.subarray(from, from + partBytes), this.#left);
    }
    if (this.#connection.writableLength > 0) slab.keep(frames);
    this.#sent?.(batch.length, frames.length);
  }

  /** Answers a ping, unless the client does not read anyway. */
  pong(payload: Buffer): void {
    if (!this.open || this.full) return;
    this.write();
    this.#socket.pong(payload);
  }

  get full(): boolean {
    return this.#connection.writableLength + this.#batchBytes > this.#mostBytes;
  }

  get open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** For how long, ms, something has been waiting without anything leaving. */
  stalledFor(now: number): number {
    return this.#underWay === 0 ? 0 : now - this.#progressAt;
  }

  /** When something last left, ms of `performance.now`. */
  get progressAt(): number {
    return this.#progressAt;
  }

  /** Lets everybody look again; on close, so that nobody waits for ever. */
  wake(): void {
    const [waiting = [], fillers = []] = [this.#waiting, this.#fillers];
    this.#waiting = undefined;
    this.#fillers = undefined;
    for (const resume of waiting) resume();
    for (const filler of fillers) this.#turn.fill(filler);
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting ??= [];
      this.#waiting.push(resolve);
    });
  }
}
