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
import { OpenRollUps } from "./open-roll-ups.ts";
import type { PendingChange } from "./pending-change.ts";
import type { Database } from "./schema.ts";

interface Lane {
  waiting: PendingChange[];
  /** The running loop; null while nothing waits. */
  work: Promise<void> | null;
}

export class GroupCommit {
  readonly #db: Database;
  readonly #lanes: readonly Lane[];
  readonly #rollUps = new OpenRollUps();
  readonly #written: () => void;
  readonly #meter: Meter;
  /** Commits are everybody's: they go on with the context of no single caller. */
  readonly #apart = AsyncLocalStorage.snapshot();
  #waiting = 0;
  #closed = false;

  /** `written`: a batch has been sent and is not committed; for tests of crashes. */
  constructor(db: Database, lanes: number, written: () => void = () => {}, meter: Meter = noMeter) {
    this.#db = db;
    this.#written = written;
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
    const begunAt = performance.now();
    try {
      for (const change of batch) change.batched?.(batch.length);
      const at = await commitChanges(this.#db, this.#rollUps, batch, this.#written);
      this.#count("committed", batch.length, begunAt);
      for (const change of batch) change.settle(at);
    } catch (error) {
      // One of them cannot be stored, and nothing of the batch is: each for itself, and only that one fails.
      if (isDataError(error) && batch.length > 1) {
        this.#count("split", batch.length, begunAt);
        for (const change of batch) await this.#commit([change]);
      } else {
        this.#count("failed", batch.length, begunAt);
        for (const change of batch) change.fail(translated(error));
      }
    }
  }

  #count(outcome: "committed" | "failed" | "split", changes: number, begunAt: number): void {
    this.#meter.count("simulations_commit_batches_total", { outcome });
    this.#meter.observe("simulations_commit_changes", {}, changes);
    this.#meter.observe("simulations_commit_seconds", {}, secondsSince(begunAt));
  }
}

/** The last digits of a UUIDv7 are random. */
function laneOf(id: string, lanes: number): number {
  return Number.parseInt(id.slice(-4), 16) % lanes;
}
