// What is on its way to Redis, bounded: publishing never waits, and what cannot be sent is dropped and remembered
// as lost, so that the listeners can be told to look into the log.

/** Characters that may be on their way at once; above, notices are dropped. */
const mostOnTheWay = 16 * 1024 * 1024;
/** A loss that goes on is told this often: everybody looks into the log then, ms. */
const tellEveryMs = 5_000;

type Publish = (channel: string, message: string) => Promise<void>;

export class Outbox {
  readonly #publish: Publish;
  readonly #dropped: () => void;
  #onTheWay = 0;
  #lost = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** `dropped`: told of each that could not be sent and is missed. */
  constructor(publish: Publish, dropped: () => void = () => {}) {
    this.#publish = publish;
    this.#dropped = dropped;
  }

  /** `publish`: in another way than the usual one. */
  send(channel: string, message: string, publish?: Publish): void {
    void this.attempt(channel, message, publish).then((sent) => {
      if (sent) return;
      this.#lost = true;
      this.#dropped();
    });
  }

  /** What nobody misses when it is lost. Whether it was sent; never rejects. */
  async attempt(channel: string, message: string, publish = this.#publish): Promise<boolean> {
    if (this.#onTheWay + message.length > mostOnTheWay) return false;
    this.#onTheWay += message.length;
    try {
      await publish(channel, message);
      return true;
    } catch {
      return false;
    } finally {
      this.#onTheWay -= message.length;
    }
  }

  /** Whether something was lost that has not been told: whoever asks tells it. `now`: ms. */
  mustTell(now: number): boolean {
    if (!this.#lost || now - this.#toldAt < tellEveryMs) return false;
    this.#lost = false;
    this.#toldAt = now;
    return true;
  }
}
