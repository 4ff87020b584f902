// Every acquisition pushes its release; releases run in reverse, once, and none keeps another from running.
import { setTimeout as after } from "node:timers/promises";
import type { Log } from "./core/ports/log.ts";

interface Release {
  readonly what: string;
  readonly release: () => Promise<void> | void;
  readonly withinMs: number;
}

export class Releases {
  readonly #log: Log;
  readonly #releases: Release[] = [];
  #released: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** What takes longer than `withinMs` is left behind: the process ends all the same. */
  push(what: string, release: () => Promise<void> | void, withinMs = 1_000): void {
    this.#releases.push({ what, release, withinMs });
  }

  /** The same promise to every caller; never rejects. */
  release(): Promise<void> {
    this.#released ??= this.#run();
    return this.#released;
  }

  async #run(): Promise<void> {
    for (const { what, release, withinMs } of this.#releases.reverse()) {
      const late = new AbortController();
      try {
        const timeUp = after(withinMs, "late", { signal: late.signal });
        if ((await Promise.race([release(), timeUp])) === "late") {
          this.#log.warn({ what }, "Closing takes too long; going on.");
        }
      } catch (error) {
        this.#log.error({ err: error, what }, "Closing failed; going on.");
      } finally {
        late.abort();
      }
    }
  }
}
