// Memory in which what leaves in one write is put together. Nearly always the system takes a write at once, and the next one
// is put together in the same place; what it has not taken stays where it is until it has left.

/** Of one slab: whoever has not left holds it. */
const slabBytes = 128 * 1024;

export class Slab {
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  #used = 0;

  /** Room for so many bytes, which is given again unless it is kept. */
  room(bytes: number): Buffer {
    // What is larger has one of its own.
    if (bytes > slabBytes) return Buffer.allocUnsafeSlow(bytes);
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
