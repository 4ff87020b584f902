// Changes that arrive while a commit is under way wait, and leave together in the next one.
//
// A lane is one commit at a time. Changes of one simulation always take the same lane, so that they are decided
// in the order of the calls; on a database with many connections a second lane uses the time in which the
// first waits for the disk.
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { limits } from "../core/limits.ts";
import { type Meter, noMeter, secondsSince } from "../core/ports/meter.ts";
import { commitChanges } from "./change.ts";
import { isDataError, translated, unavailable } from "./errors.ts";
import type { Coding } from "./event-records.ts";
import { commitOptimistically, decideOnWritten } from "./optimistic.ts";
import type { PendingChange } from "./pending-change.ts";
import type { Database } from "./schema.ts";
import { Written } from "./written.ts";

interface Lane {
  waiting: PendingChange[];
  /** The running loop; null while nothing waits. */
  work: Promise<void> | null;
}

export class GroupCommit {
  readonly #db: Database;
  readonly #coding: Coding;
  readonly #lanes: readonly Lane[];
  readonly #written = new Written();
  readonly #sent: (() => void) | undefined;
  readonly #meter: Meter;
  /** Commits are everybody's: they go on with the context of no single caller. */
  readonly #apart = AsyncLocalStorage.snapshot();
  #waiting = 0;
  #closed = false;

  /** `sent`: a batch has been sent, and nobody knows of its commit; for tests of crashes. */
  constructor(db: Database, coding: Coding, lanes: number, sent?: () => void, meter: Meter = noMeter) {
    this.#db = db;
    this.#coding = coding;
    this.#sent = sent;
    this.#meter = meter;
    meter.gauge("simulations_commit_waiting", {}, () => this.#waiting);
    this.#lanes = Array.from({ length: lanes }, () => ({ waiting: [], work: null }));
  }

  /** Never throws: a change that cannot wait fails. */
  add(change: PendingChange): void {
    const lane = this.#lanes[laneOf(change.simulationId, this.#lanes.length)];
    if (this.#closed || lane === undefined || this.#waiting >= limits.commitQueue) {
      change.fail(unavailable());
      return;
    }
    lane.waiting.push(change);
    this.#waiting += 1;
    lane.work ??= this.#apart(() => this.#empty(lane));
  }

  /** Takes no more, and resolves when all that waited has been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#lanes.map((lane) => lane.work));
  }

  /** The pause before each batch gathers what arrives at once, and lets timers and sockets have their turn. */
  async #empty(lane: Lane): Promise<void> {
    while (lane.waiting.length > 0) {
      await setImmediate();
      const batch = lane.waiting.splice(0, limits.commitBatch);
      await this.#commit(batch);
      this.#waiting -= batch.length;
    }
    lane.work = null;
  }

  async #commit(batch: readonly PendingChange[]): Promise<void> {
    const { changes, calls, others } = decideOnWritten(this.#written, batch);
    const optimistically = () =>
      commitOptimistically(this.#db, this.#coding, this.#written, changes, this.#sent);
    const again = await this.#settle(calls, optimistically);
    await this.#settle([...others, ...again], (pending) =>
      commitChanges(this.#db, this.#coding, this.#written, pending, this.#sent),
    );
  }

  /** Answers the calls, all but those that `commit` has not committed since others have written (null). */
  async #settle(
    calls: readonly PendingChange[],
    commit: (calls: readonly PendingChange[]) => Promise<Date | null>,
  ): Promise<readonly PendingChange[]> {
    if (calls.length === 0) return [];
    const begunAt = performance.now();
    try {
      for (const call of calls) call.batched?.(calls.length);
      const at = await commit(calls);
      this.#count(at === null ? "outdated" : "committed", calls.length, begunAt);
      if (at === null) return calls;
      for (const call of calls) call.settle(at);
    } catch (error) {
      // One of them cannot be stored, and nothing of the batch is: each for itself, and only that one fails.
      if (isDataError(error) && calls.length > 1) {
        this.#count("split", calls.length, begunAt);
        for (const call of calls) await this.#commit([call]);
      } else {
        this.#count("failed", calls.length, begunAt);
        for (const call of calls) call.fail(translated(error));
      }
    }
    return [];
  }

  #count(outcome: "committed" | "failed" | "outdated" | "split", changes: number, begunAt: number): void {
    this.#meter.count("simulations_commit_batches_total", { outcome });
    this.#meter.observe("simulations_commit_changes", {}, changes);
    this.#meter.observe("simulations_commit_seconds", {}, secondsSince(begunAt));
  }
}

/** The last digits of a UUIDv7 are random. */
function laneOf(id: string, lanes: number): number {
  return Number.parseInt(id.slice(-4), 16) % lanes;
}
