import { status } from "@grpc/grpc-js";
import type { RunKey } from "../gen/architech/engine/v1/engine.ts";
import { EngineError } from "./errors.ts";
import { Fences, simulationOf } from "./fences.ts";
import type { Limits } from "./limits.ts";
import { Run, type RunSettings } from "./run.ts";
import { ThreadReserve } from "./thread-reserve.ts";

const sweepMs = 10_000;

/**
 * All runs that the engine remembers: those under way, at most `capacity`, and terminal ones for a late owner,
 * bounded in count, bytes and age. A terminal run that is dropped leaves a tombstone.
 */
export class RunRegistry {
  readonly fences: Fences;
  readonly #limits: Limits;
  readonly #onEnded: (run: Run) => void;
  /** By simulation, by attempt. */
  readonly #runs = new Map<string, Map<number, Run>>();
  readonly #underWay = new Set<Run>();
  /** Terminal runs, the first to end first. */
  readonly #ended = new Set<Run>();
  readonly #threads: ThreadReserve;
  readonly #sweeper: NodeJS.Timeout;

  constructor(limits: Limits, onEnded: (run: Run) => void) {
    this.#limits = limits;
    this.#onEnded = onEnded;
    this.fences = new Fences(limits.fences, limits.fenceMs, (simulation) => this.#runs.has(simulation));
    this.#threads = new ThreadReserve(limits.runMemoryMb);
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs).unref();
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  find(key: RunKey): Run | undefined {
    return this.#runs.get(simulationOf(key))?.get(key.attempt);
  }

  /** @throws NOT_FOUND */
  get(key: RunKey): Run {
    const run = this.find(key);
    if (run === undefined) throw new EngineError(status.NOT_FOUND, "no such run");
    return run;
  }

  /**
   * The run, for a call in the owner's name: checks the token and counts as a sign of life.
   * @throws STALE_TOKEN, NOT_FOUND
   */
  owned(key: RunKey, token: number): Run {
    this.fences.pass(key, token);
    const run = this.get(key);
    run.renew();
    return run;
  }

  /** All runs of one simulation. */
  attemptsOf(key: RunKey): Run[] {
    return [...(this.#runs.get(simulationOf(key))?.values() ?? [])];
  }

  /** All runs of one installation, in the order of their names. */
  of(installationId: string): Run[] {
    const runs = [...this.#underWay, ...this.#ended].filter(
      (run) => run.key.installationId === installationId,
    );
    return runs.sort((a, b) => compareKeys(a.key, b.key));
  }

  /** Begins a run that nothing speaks against. */
  begin(settings: Omit<RunSettings, "thread">): Run {
    const thread = this.#threads.take();
    const run = new Run({ ...settings, thread }, this.#limits, (ended) => this.#hasEnded(ended));
    const simulation = simulationOf(run.key);
    const attempts = this.#runs.get(simulation) ?? new Map<number, Run>();
    attempts.set(run.key.attempt, run);
    this.#runs.set(simulation, attempts);
    this.#underWay.add(run);
    return run;
  }

  /** Drops a terminal run; its name can never be used again, as long as its fence is kept. */
  forget(run: Run): void {
    const simulation = simulationOf(run.key);
    const attempts = this.#runs.get(simulation);
    attempts?.delete(run.key.attempt);
    if (attempts?.size === 0) this.#runs.delete(simulation);
    this.#ended.delete(run);
    run.forget();
    this.fences.bury(run.key, this.fences.tokenOf(run.key));
  }

  /** For the end of the engine: nothing goes on, and no run is told to have ended that has not. */
  close(): void {
    clearInterval(this.#sweeper);
    this.#threads.close();
    for (const run of this.#underWay) run.abandon();
  }

  #hasEnded(run: Run): void {
    this.#underWay.delete(run);
    this.#ended.add(run);
    this.#onEnded(run);
    this.#sweep();
  }

  #sweep(): void {
    const oldest = Date.now() - this.#limits.endedMs;
    let bytes = 0;
    for (const run of this.#ended) bytes += run.bytes;
    for (const run of [...this.#ended]) {
      const old = (run.endedAt?.getTime() ?? 0) < oldest;
      if (!old && this.#ended.size <= this.#limits.endedRuns && bytes <= this.#limits.endedBytes) break;
      bytes -= run.bytes;
      this.forget(run);
    }
    this.fences.sweep();
  }
}

/** The order of List: by simulation, then by attempt. */
export function compareKeys(a: Omit<RunKey, "installationId">, b: Omit<RunKey, "installationId">): number {
  if (a.simulationId !== b.simulationId) return a.simulationId < b.simulationId ? -1 : 1;
  return a.attempt - b.attempt;
}
