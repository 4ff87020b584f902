// Simulations that are created while others are being written wait, and are written together in the next statement:
// what it costs to plan, to log and to reach the disk is shared.
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { limits } from "../core/limits.ts";
import type { CreateResult, NewSimulation } from "../core/ports/store.ts";
import { KnownContents } from "./contents.ts";
import { createdOf, existingOf, insert, type Made, made } from "./create-all.ts";
import { isDataError, unavailable } from "./errors.ts";
import type { Database } from "./schema.ts";

interface Waiting {
  readonly made: Made;
  readonly settle: (result: CreateResult) => void;
  readonly fail: (error: unknown) => void;
}

/** Statements under way at a time: one is written while the other waits for the disk. */
const lanes = 2;

export class GroupCreate {
  readonly #db: Database;
  /** What is everybody's is written with the context of no single caller. */
  readonly #apart = AsyncLocalStorage.snapshot();
  readonly #ends = new Set<Promise<void>>();
  readonly #known = new KnownContents();
  #running = 0;
  /** Statements that came through. */
  #written = 0;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #closed = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Rejects with the database's own error; ServiceError UNAVAILABLE where there is no room to wait. */
  create(draft: NewSimulation): Promise<CreateResult> {
    return new Promise((settle, fail) => {
      const one = { made: made(draft, this.#known), settle, fail };
      const isFull = this.#waiting.length >= limits.createQueue || this.#bytes >= limits.createQueueBytes;
      if (this.#closed || isFull) throw unavailable();
      this.#waiting.push(one);
      this.#bytes += one.made.bytes;
      if (this.#running >= lanes) return;
      this.#running += 1;
      const end = this.#apart(() => this.#empty());
      this.#ends.add(end);
      void end.finally(() => this.#ends.delete(end));
    });
  }

  /** Takes no more, and resolves when all that waited has been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#ends);
  }

  /** The pause before each statement gathers what arrives at once. */
  async #empty(): Promise<void> {
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
    let bytes = 0;
    for (const one of this.#waiting) {
      const { id } = one.made.draft.simulation;
      const hasRoom = next.size < limits.createBatch && bytes < limits.createBatchBytes;
      if (!hasRoom || next.has(id)) {
        left.push(one);
        continue;
      }
      next.set(id, one);
      bytes += one.made.bytes;
    }
    this.#waiting = left;
    this.#bytes -= bytes;
    return [...next.values()];
  }

  /** Null: each is answered for itself. Else why the database could not be asked, which is everybody's answer. */
  async #write(some: readonly Waiting[]): Promise<{ readonly error: unknown } | null> {
    const before = this.#written;
    try {
      await this.#insert(some);
      return null;
    } catch (error) {
      if (isDataError(error) && some.length > 1) {
        await this.#writeEach(some);
        return null;
      }
      for (const { fail } of some) fail(error);
      if (isDataError(error)) return null;
      // Where nothing comes through, those that wait would wait for the same once more: they hear of it as well.
      if (this.#written === before) this.#failWaiting(error);
      return { error };
    }
  }

  async #insert(some: readonly Waiting[]): Promise<void> {
    if (some.length === 0) return;
    const { at, ids } = await insert(
      this.#db,
      some.map((one) => one.made),
      this.#known,
    );
    this.#written += 1;
    // What is new is told before anybody looks for what was there before.
    const others: Waiting[] = [];
    for (const one of some) {
      if (ids.has(one.made.draft.simulation.id)) one.settle(createdOf(one.made, at));
      else others.push(one);
    }
    await Promise.all(others.map((one) => existingOf(this.#db, one.made).then(one.settle, one.fail)));
  }

  /** One of them cannot be stored, and nothing of them is: each for itself, and only that one fails. */
  async #writeEach(some: readonly Waiting[]): Promise<void> {
    let lost: { readonly error: unknown } | null = null;
    for (const one of some) {
      if (lost === null) lost = await this.#write([one]);
      else one.fail(lost.error);
    }
  }

  #failWaiting(error: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const { fail } of waiting) fail(error);
  }
}
