// Memory in which what leaves in one write is put together. Nearly always the system takes a write at once, and the next one
// is put together in the same place; what it has not taken keeps the slab until it has left.

/** Of one slab, bytes: twice what a socket writes at once as a rule, which is as much as may wait for it and one message more. */
const slabBytes = 128 * 1024;

export class Slab {
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  #used = 0;

  /** Room for so many bytes. The next one is the same memory, unless this is kept. */
  room(bytes: number): Buffer {
    if (bytes > slabBytes) return ownRoom(bytes);
    if (this.#used + bytes > slabBytes) {
      this.#slab = Buffer.allocUnsafeSlow(slabBytes);
      this.#used = 0;
    }
    return this.#slab.subarray(this.#used, this.#used + bytes);
  }

  /** The room that was given last is in use still. */
  keep({ buffer, byteOffset, length }: Buffer): void {
    if (buffer === this.#slab.buffer) this.#used = byteOffset + length;
  }
}

/** Memory of no slab: what is put together there keeps nothing else. */
export function ownRoom(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(bytes);
}
