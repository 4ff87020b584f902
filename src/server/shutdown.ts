// Letting go, in order: take nothing in, send clients elsewhere, wait, then cut what is left.
import type { Server } from "node:http";
import type { EventStreams } from "./event-streams.ts";
import type { Sockets } from "./sockets.ts";

interface ShutdownOptions {
  readonly http: Server;
  readonly sockets: Sockets;
  readonly streams: EventStreams;
  /** Called once, when all is closed. */
  readonly release: () => void;
}

export class Shutdown {
  readonly #options: ShutdownOptions;
  #closed: Promise<void> | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  get draining(): boolean {
    return this.#closed !== undefined;
  }

  drain(deadlineMs: number): Promise<void> {
    if (this.#closed !== undefined) return this.#closed;
    const { sockets, streams } = this.#options;
    this.#closed = this.#closeListener();
    const deadline = setTimeout(() => this.#force(), deadlineMs);
    void this.#closed.then(() => clearTimeout(deadline));
    sockets.drain();
    streams.drain();
    return this.#closed;
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeListener();
    this.#force();
    return this.#closed;
  }

  #force(): void {
    this.#options.sockets.terminate();
    this.#options.streams.drain();
    this.#options.http.closeAllConnections();
  }

  /** Resolves when the last connection is gone, upgraded ones included. */
  async #closeListener(): Promise<void> {
    const { http, sockets, release } = this.#options;
    await new Promise<void>((resolve) => {
      http.close(() => resolve());
      http.closeIdleConnections();
    });
    await sockets.empty();
    release();
  }
}
