// Decisions read off a tape of bytes: what is built from it is the same for the same tape, smaller for a shorter one,
// and simplest where it has run out. So a generator is a plain function, and fast-check shrinks the tape.

export class Tape {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** 0 … 255; 0 at the end. */
  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** 0 … most - 1. */
  below(most: number): number {
    return most <= 256 ? this.byte() % most : (this.byte() * 256 + this.byte()) % most;
  }

  /** True in about so many of a hundred; false at the end. */
  chance(percent: number): boolean {
    return this.byte() > 255 - percent * 2.55;
  }

  /** The first at the end. */
  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** Up to so many; none at the end. */
  many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}
