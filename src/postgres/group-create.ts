// Simulations that are created while others are being written wait, and are written together in the next statement:
// what it costs to plan, to log and to reach the disk is shared.
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { limits } from "../core/limits.ts";
import type { CreateResult, NewSimulation } from "../core/ports/store.ts";
import { createAll, type Made, made } from "./create-all.ts";
import { isDataError, unavailable } from "./errors.ts";
import type { Database } from "./schema.ts";

interface Waiting {
  readonly made: Made;
  readonly settle: (result: CreateResult) => void;
  readonly fail: (error: unknown) => void;
}

/** Statements under way at a time: one is written while the other waits for the disk. */
const lanes = 2;
/** Of one statement. */
const batch = 100;

/** What is everybody's is written with the context of no single caller. */
const apart = AsyncLocalStorage.snapshot();

export class GroupCreate {
  readonly #db: Database;
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Rejects with the database's own error. */
  create(draft: NewSimulation): Promise<CreateResult> {
    return new Promise((settle, fail) => {
      if (this.#waiting.length >= limits.commitQueue) throw unavailable();
      this.#waiting.push({ made: made(draft), settle, fail });
      if (this.#running < lanes) void apart(() => this.#empty());
    });
  }

  /** The pause before each statement gathers what arrives at once. */
  async #empty(): Promise<void> {
    this.#running += 1;
    while (this.#waiting.length > 0) {
      await setImmediate();
      await this.#write(this.#next());
    }
    this.#running -= 1;
  }

  /** The same draft, sent again meanwhile, is left for later: it finds what the first one made. */
  #next(): readonly Waiting[] {
    const next = new Map<string, Waiting>();
    const left: Waiting[] = [];
    for (const one of this.#waiting) {
      const { id } = one.made.draft.simulation;
      if (next.size < batch && !next.has(id)) next.set(id, one);
      else left.push(one);
    }
    this.#waiting = left;
    return [...next.values()];
  }

  async #write(some: readonly Waiting[]): Promise<void> {
    if (some.length === 0) return;
    try {
      const answers = await createAll(
        this.#db,
        some.map(({ made }) => made),
      );
      for (const [index, { settle, fail }] of some.entries()) {
        const answer = answers[index];
        if (answer?.status === "fulfilled") settle(answer.value);
        else fail(answer?.reason);
      }
    } catch (error) {
      // One of them cannot be stored, and nothing of them is: each for itself, and only that one fails.
      if (isDataError(error) && some.length > 1) for (const one of some) await this.#write([one]);
      else for (const { fail } of some) fail(error);
    }
  }
}
