// The least of the WebSocket protocol (RFC 6455) that a client of a benchmark needs: payloads are counted and skipped
// by their length, and kept only where somebody wants to read them.

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface FrameListener {
  /** Asked at the beginning of each text frame: shall its payload be kept? Control frames always are. */
  wants(length: number): boolean;
  /** `payload` is good until this returns; null: not wanted. */
  frame(opcode: number, length: number, payload: Buffer | null): void;
  /** What came is no unfragmented frame without extensions. */
  broken(why: string): void;
}

const known: ReadonlySet<number> = new Set(Object.values(opcodes));

export class FrameReader {
  readonly #listener: FrameListener;
  readonly #head = Buffer.alloc(10);
  #headHas = 0;
  #inFrame = false;
  #opcode = 0;
  #length = 0;
  #left = 0;
  #wanted = false;
  /** Of a wanted payload that comes in several chunks. */
  #kept: Buffer | null = null;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  read(chunk: Buffer, from: number, end: number): void {
    let at = from;
    while (at < end) {
      if (!this.#inFrame) at = this.#readHead(chunk, at, end);
      if (this.#inFrame) at = this.#readPayload(chunk, at, end);
    }
  }

  #readHead(chunk: Buffer, from: number, end: number): number {
    let at = from;
    while (at < end) {
      this.#head[this.#headHas] = chunk[at] ?? 0;
      this.#headHas += 1;
      at += 1;
      if (this.#headHas < 2) continue;
      const short = this.#head[1] ?? 0;
      if (short < 126) return this.#begin(short, at);
      if (short === 126 && this.#headHas === 4) return this.#begin(this.#head.readUInt16BE(2), at);
      if (short === 127 && this.#headHas === 10) return this.#begin(this.#head.readUIntBE(4, 6), at);
      if (short > 127) this.#listener.broken("A frame of the server is masked.");
    }
    return at;
  }

  #begin(length: number, at: number): number {
    const first = this.#head[0] ?? 0;
    this.#opcode = first & 0x0f;
    if ((first & 0xf0) !== 0x80 || !known.has(this.#opcode)) {
      this.#listener.broken(`A frame begins with ${first.toString(16)}.`);
    }
    this.#headHas = 0;
    this.#length = length;
    this.#left = length;
    this.#wanted = this.#opcode !== opcodes.text || this.#listener.wants(length);
    this.#kept = null;
    if (length === 0) this.#listener.frame(this.#opcode, 0, Buffer.alloc(0));
    else this.#inFrame = true;
    return at;
  }

  #readPayload(chunk: Buffer, from: number, end: number): number {
    const to = Math.min(end, from + this.#left);
    const isWhole = this.#left === this.#length && to - from === this.#length;
    if (this.#wanted && !isWhole) {
      this.#kept ??= Buffer.allocUnsafe(this.#length);
      chunk.copy(this.#kept, this.#length - this.#left, from, to);
    }
    this.#left -= to - from;
    if (this.#left > 0) return to;
    this.#inFrame = false;
    const payload = isWhole ? chunk.subarray(from, to) : this.#kept;
    this.#kept = null;
    this.#listener.frame(this.#opcode, this.#length, this.#wanted ? payload : null);
    return to;
  }
}

/** From a client: masked, as it must be, by a key of zeros, which changes nothing. Less than 64 KiB. */
export function clientFrame(opcode: number, payload: Buffer): Buffer {
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head.writeUInt8(0x80 | opcode, 0);
  head.writeUInt8(0x80 | (long ? 126 : payload.length), 1);
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
