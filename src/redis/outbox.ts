// What is on its way to Redis, bounded: publishing never waits, and what cannot be sent is dropped and remembered
// as lost, so that the listeners can be told to look into the log.

/** Characters that may be on their way at once; above, notices are dropped. */
const mostOnTheWay = 16 * 1024 * 1024;

export class Outbox {
  readonly #publish: (channel: string, message: string) => Promise<void>;
  #onTheWay = 0;
  #lost = false;

  constructor(publish: (channel: string, message: string) => Promise<void>) {
    this.#publish = publish;
  }

  send(channel: string, message: string): void {
    if (this.#onTheWay + message.length > mostOnTheWay) {
      this.#lost = true;
      return;
    }
    this.#onTheWay += message.length;
    this.#publish(channel, message).then(
      () => {
        this.#onTheWay -= message.length;
      },
      () => {
        this.#onTheWay -= message.length;
        this.#lost = true;
      },
    );
  }

  /** Whether something was dropped since the last time that this was asked. */
  hasLost(): boolean {
    const lost = this.#lost;
    this.#lost = false;
    return lost;
  }
}
