// Whether anybody listens to a channel, as far as Redis has said: PUBLISH answers how many got the message. What nobody
// gets need not carry its events: whoever begins to listen finds them in the log.

/** Channels of which it is remembered that nobody listens; of what falls out nothing is known. */
const remembered = 10_000;

export class Audience {
  readonly #empty = new Set<string>();

  /** At the last message nobody did; by now somebody may. */
  isEmpty(channel: string): boolean {
    return this.#empty.has(channel);
  }

  /** What PUBLISH has answered. */
  learn(channel: string, receivers: number): void {
    if (receivers > 0) this.#empty.delete(channel);
    else this.#empty.add(channel);
    if (this.#empty.size <= remembered) return;
    for (const oldest of this.#empty) {
      this.#empty.delete(oldest);
      return;
    }
  }

  forget(channel: string): void {
    this.#empty.delete(channel);
  }
}
