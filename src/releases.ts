// Every acquisition pushes its release; releases run in reverse, once, and none keeps another from running.
import type { Log } from "./core/ports/log.ts";

export class Releases {
  readonly #log: Log;
  readonly #releases: { readonly what: string; readonly release: () => Promise<void> | void }[] = [];
  #released: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  push(what: string, release: () => Promise<void> | void): void {
    this.#releases.push({ what, release });
  }

  /** The same promise to every caller; never rejects. */
  release(): Promise<void> {
    this.#released ??= this.#run();
    return this.#released;
  }

  async #run(): Promise<void> {
    for (const { what, release } of this.#releases.reverse()) {
      try {
        await release();
      } catch (error) {
        this.#log.error({ err: error, what }, "Closing failed; going on.");
      }
    }
  }
}
