// What all tails of a replica may take together.

interface Member {
  /** Lets the older half go. */
  halve(): void;
}

/** When the bound is passed every tail loses its older half: rare, and cheap per event however many tails there are. */
export class TailBudget {
  readonly #tails = new Set<Member>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  join(tail: Member): void {
    this.#tails.add(tail);
  }

  leave(tail: Member): void {
    this.#tails.delete(tail);
  }

  grow(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Called when a tail has taken an event in. */
  settle(): void {
    while (this.#bytes > this.#maxBytes) {
      for (const tail of this.#tails) tail.halve();
    }
  }
}
