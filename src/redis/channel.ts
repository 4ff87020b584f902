// One channel of Redis and everybody on this replica who listens to it.
import { messageOf, ServiceError } from "../core/errors.ts";
import type { BusListener, Notice, Unsubscribe } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";

export interface ChannelOptions {
  /** Resolves when messages arrive. */
  subscribe(channel: Channel): Promise<Unsubscribe>;
  /** The last listener has gone: the channel is not used again. */
  empty(): void;
  readonly log: Log;
}

export class Channel {
  readonly #options: ChannelOptions;
  /** Each in an object of its own: a listener may listen twice. */
  readonly #listeners = new Set<{ readonly listener: BusListener }>();
  #subscribed: Promise<Unsubscribe> | undefined;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Resolves when the listener hears everything; rejects with UNAVAILABLE when the bus closes before. */
  async add(listener: BusListener, closing: AbortSignal): Promise<Unsubscribe> {
    const entry = { listener };
    this.#listeners.add(entry);
    this.#subscribed ??= this.#options.subscribe(this);
    await untilClosed(this.#subscribed, closing);
    return () => this.#remove(entry);
  }

  notice(notice: Notice): void {
    this.#tell((listener) => listener.notice(notice));
  }

  gap(): void {
    this.#tell((listener) => listener.gap());
  }

  #tell(what: (listener: BusListener) => void): void {
    for (const { listener } of this.#listeners) {
      try {
        what(listener);
      } catch (error) {
        this.#options.log.error({ error: messageOf(error) }, "A bus listener threw.");
      }
    }
  }

  #remove(entry: { readonly listener: BusListener }): void {
    if (!this.#listeners.delete(entry) || this.#listeners.size > 0) return;
    this.#options.empty();
    void this.#subscribed?.then((unsubscribe) => unsubscribe());
  }
}

/** The promise, or a rejection when the bus closes before; leaves nothing behind. */
async function untilClosed(promise: Promise<unknown>, closing: AbortSignal): Promise<void> {
  let refuse = () => {};
  const closed = new Promise<never>((_, reject) => {
    refuse = () => reject(new ServiceError("UNAVAILABLE", "The bus is closed."));
    if (closing.aborted) refuse();
    else closing.addEventListener("abort", refuse, { once: true });
  });
  try {
    await Promise.race([promise, closed]);
  } finally {
    closing.removeEventListener("abort", refuse);
  }
}
