// Texts that are copied four bytes at a time: next to what else is done with a byte, a loop over single ones is slow.

/** All of ASCII. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** ASCII. */
export class Literal {
  readonly length: number;
  /** The last one with what is left, and zeros. */
  readonly #words: Int32Array;

  constructor(text: string) {
    this.length = text.length;
    const view = new DataView(new ArrayBuffer(this.length + 3));
    ascii(text).forEach((byte, index) => {
      view.setUint8(index, byte);
    });
    this.#words = Int32Array.from({ length: Math.ceil(this.length / 4) }, (_, index) =>
      view.getInt32(4 * index, true),
    );
  }

  /** Puts it there, and up to three zeros behind it; the place after it. */
  putInto(view: DataView, at: number): number {
    const words = this.#words;
    for (let index = 0; index < words.length; index += 1) {
      view.setInt32(at + 4 * index, words[index] ?? 0, true);
    }
    return at + this.length;
  }
}

/** Copies these bytes, and up to three that follow them, which there must be; the place after them. */
export function copy(from: DataView, begin: number, end: number, into: DataView, at: number): number {
  for (let offset = 0; begin + offset < end; offset += 4) {
    into.setInt32(at + offset, from.getInt32(begin + offset, true), true);
  }
  return at + end - begin;
}
