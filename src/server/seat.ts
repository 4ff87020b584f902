/** Where one operation takes place, and what it holds until it has ended. The transport that made it leaves it. */
export class Seat {
  /** "stream": an answer over HTTP, which may become an event stream. */
  readonly transport: "socket" | "stream";
  /** Where its client is. */
  readonly address: string;
  readonly #held: (() => void)[] = [];
  #left = false;

  constructor(transport: "socket" | "stream", address: string) {
    this.transport = transport;
    this.address = address;
  }

  /** Given back when the operation has ended; at once where it has. */
  hold(giveBack: () => void): void {
    if (this.#left) giveBack();
    else this.#held.push(giveBack);
  }

  /** Idempotent. */
  leave(): void {
    this.#left = true;
    for (const giveBack of this.#held.splice(0)) giveBack();
  }
}
