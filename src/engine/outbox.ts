import { Event } from "../gen/architech/engine/v1/engine.ts";
import { digestBytes, digestOfNothing, nextDigest } from "./digest.ts";
import type { EventChunk } from "./thread-messages.ts";

/** Sent when this much has gathered, or when the loop says that it is time. */
const chunkEvents = 256;
const chunkBytes = 262_144;

/**
 * Encodes numbered events, carries the rolling digest over all of them, and gathers those that are to be sent.
 * Counts what is unacknowledged, which is what the run's window is about.
 */
export class Outbox {
  #digest: Uint8Array = digestOfNothing;
  #lastSeq = 0;
  #gathered: Uint8Array[] = [];
  #digests: Uint8Array[] = [];
  #gatheredBytes = 0;
  #openEvents = 0;
  #openBytes = 0;

  get digest(): Uint8Array {
    return this.#digest;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Unacknowledged events, and their bytes. */
  get openEvents(): number {
    return this.#openEvents;
  }

  get openBytes(): number {
    return this.#openBytes;
  }

  get isEmpty(): boolean {
    return this.#gathered.length === 0;
  }

  get isFull(): boolean {
    return this.#gathered.length >= chunkEvents || this.#gatheredBytes >= chunkBytes;
  }

  /** A replayed event: counted and digested, not kept. */
  pass(event: Event): void {
    this.#digested(event);
  }

  /** An event to be sent. */
  add(event: Event): void {
    const bytes = this.#digested(event);
    this.#gathered.push(bytes);
    this.#digests.push(this.#digest);
    this.#gatheredBytes += bytes.length;
    this.#openEvents += 1;
    this.#openBytes += bytes.length;
  }

  release(events: number, bytes: number): void {
    this.#openEvents -= events;
    this.#openBytes -= bytes;
  }

  /** Takes what has gathered; undefined where nothing has. */
  take(): EventChunk | undefined {
    const count = this.#gathered.length;
    if (count === 0) return undefined;
    const bytes = new Uint8Array(this.#gatheredBytes);
    const ends = new Uint32Array(count);
    const digests = new Uint8Array(count * digestBytes);
    let end = 0;
    for (const [index, event] of this.#gathered.entries()) {
      bytes.set(event, end);
      end += event.length;
      ends[index] = end;
      digests.set(this.#digests[index] ?? digestOfNothing, index * digestBytes);
    }
    this.#gathered = [];
    this.#digests = [];
    this.#gatheredBytes = 0;
    return { firstSeq: this.#lastSeq - count + 1, bytes, ends, digests };
  }

  #digested(event: Event): Uint8Array {
    if (event.seq !== this.#lastSeq + 1) {
      throw new Error(`event ${event.seq} follows event ${this.#lastSeq}: the numbers have a hole`);
    }
    const bytes = Event.encode(event).finish();
    this.#digest = nextDigest(this.#digest, bytes);
    this.#lastSeq = event.seq;
    return bytes;
  }
}
