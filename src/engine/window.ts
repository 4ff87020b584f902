import { digestBytes } from "./digest.ts";
import type { EventChunk } from "./thread-messages.ts";

/** One numbered event, as it goes over the wire, and the rolling digest at it. */
export interface KeptEvent {
  readonly bytes: Uint8Array;
  readonly digest: Uint8Array;
}

/** What an Acknowledge let go of. */
export interface Released {
  readonly events: number;
  readonly bytes: number;
}

/**
 * The unacknowledged events of one run, in order and without holes. The run's thread holds itself when this is
 * full; it is only kept here.
 */
export class EventWindow {
  #kept: KeptEvent[] = [];
  /** Where the kept events begin in #kept; the part before it is cut off now and then. */
  #start = 0;
  #firstSeq: number;
  #bytes = 0;
  /** The digest at event #firstSeq - 1. */
  #digestBefore: Uint8Array;

  /** Empty after event afterSeq, at which the rolling digest is as given. */
  constructor(afterSeq: number, digest: Uint8Array) {
    this.#firstSeq = afterSeq + 1;
    this.#digestBefore = digest;
  }

  /** The oldest kept event; lastSeq + 1 where none is. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  get lastSeq(): number {
    return this.#firstSeq + this.#kept.length - this.#start - 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(chunk: EventChunk): void {
    if (chunk.firstSeq !== this.lastSeq + 1) {
      throw new Error(`event ${chunk.firstSeq} follows event ${this.lastSeq}: the numbers have a hole`);
    }
    let begin = 0;
    chunk.ends.forEach((end, index) => {
      const digest = chunk.digests.subarray(index * digestBytes, (index + 1) * digestBytes);
      this.#kept.push({ bytes: chunk.bytes.subarray(begin, end), digest });
      begin = end;
    });
    this.#bytes += chunk.bytes.length;
  }

  /** The event with this seq; undefined where it is not kept. */
  at(seq: number): KeptEvent | undefined {
    return seq < this.#firstSeq ? undefined : this.#kept[this.#start + seq - this.#firstSeq];
  }

  /** The rolling digest at firstSeq - 1 or any kept event. */
  digestAt(seq: number): Uint8Array | undefined {
    return seq === this.#firstSeq - 1 ? this.#digestBefore : this.at(seq)?.digest;
  }

  /** Lets go of all events up to upToSeq. */
  release(upToSeq: number): Released {
    const events = Math.max(0, Math.min(upToSeq, this.lastSeq) - this.#firstSeq + 1);
    let bytes = 0;
    for (const event of this.#kept.slice(this.#start, this.#start + events)) {
      bytes += event.bytes.length;
      this.#digestBefore = event.digest;
    }
    this.#start += events;
    this.#firstSeq += events;
    this.#bytes -= bytes;
    this.#cutOff();
    return { events, bytes };
  }

  /** Frees the memory of what was let go; each kept event is moved at most about once for each one let go. */
  #cutOff(): void {
    if (this.#start * 2 < this.#kept.length) return;
    // Digests and events are views into their whole chunk: the one left over must not keep a chunk alive.
    this.#digestBefore = Uint8Array.from(this.#digestBefore);
    this.#kept = this.#kept.slice(this.#start);
    this.#start = 0;
  }
}
