import { status } from "@grpc/grpc-js";
import { type Fault, type RunKey, type RunLevel, RunState } from "../gen/architech/engine/v1/engine.ts";
import { Attachment } from "./attachment.ts";
import { digestOfNothing } from "./digest.ts";
import { EngineError, invalid, refusal } from "./errors.ts";
import { levelOf } from "./levels.ts";
import type { Limits } from "./limits.ts";
import { LiveFaults } from "./live-faults.ts";
import { OrphanTimer } from "./orphan-timer.ts";
import type { RunThread } from "./run-thread.ts";
import { Speedometer } from "./speedometer.ts";
import type { Report, RunPlan, Standing } from "./thread-messages.ts";
import { EventWindow, type KeptEvent } from "./window.ts";

const states = {
  QUEUED: RunState.RUN_STATE_QUEUED,
  RUNNING: RunState.RUN_STATE_RUNNING,
  PAUSED: RunState.RUN_STATE_PAUSED,
  COMPLETED: RunState.RUN_STATE_COMPLETED,
  FAILED: RunState.RUN_STATE_FAILED,
} as const;

export interface RunSettings {
  readonly key: RunKey;
  readonly configDigest: Uint8Array;
  readonly orphanTimeoutMs: number;
  readonly plan: RunPlan;
  /** A thread that has no run yet. */
  readonly thread: RunThread;
}

/**
 * One run, as the service sees it: the latest word of its thread, the window of its unacknowledged events, and
 * the stream that follows it.
 *
 *     QUEUED -> RUNNING <-> PAUSED     as the thread reports
 *     any    -> COMPLETED | FAILED     as the thread reports, or FAILED when it crashes
 *     any    -> STOPPED                at once: the thread is killed, and what it has not told never was
 *
 * COMPLETED, FAILED and STOPPED are final; onEnded is called once, upon entering one of them.
 */
export class Run {
  readonly key: RunKey;
  readonly configDigest: Uint8Array;
  readonly horizonMs: number;
  readonly startedAt = new Date();
  readonly #onEnded: (run: Run) => void;
  readonly #window: EventWindow;
  readonly #faults: LiveFaults;
  readonly #thread: RunThread;
  readonly #orphanTimer: OrphanTimer;
  readonly #speedometer = new Speedometer();
  #state: RunState = RunState.RUN_STATE_QUEUED;
  #standing: Standing = { state: "QUEUED", held: false, simTimeMs: 0, processed: 0, inFlight: 0 };
  #speed: number;
  #reason = "";
  #endedAt: Date | undefined;
  #attachment: Attachment | undefined;

  constructor(
    { key, configDigest, orphanTimeoutMs, plan, thread }: RunSettings,
    limits: Limits,
    onEnded: (run: Run) => void,
  ) {
    this.key = key;
    this.configDigest = configDigest;
    this.horizonMs = plan.config.control?.horizonMs ?? 0;
    this.#onEnded = onEnded;
    this.#speed = plan.speed;
    const digest = plan.resumeAfterSeq === 0 ? digestOfNothing : plan.expectedDigest;
    this.#window = new EventWindow(plan.resumeAfterSeq, digest);
    this.#faults = new LiveFaults([...plan.config.faults, ...plan.appliedFaults], limits.liveFaults);
    this.#orphanTimer = new OrphanTimer(orphanTimeoutMs, () => this.stop("orphaned"));
    this.#thread = thread;
    thread.begin(plan, {
      onReport: (report) => this.#hear(report),
      onCrash: (error) => this.#end(RunState.RUN_STATE_FAILED, `INTERNAL: ${error.message}`),
    });
  }

  get state(): RunState {
    return this.#state;
  }

  get ended(): boolean {
    return this.#endedAt !== undefined;
  }

  get endedAt(): Date | undefined {
    return this.#endedAt;
  }

  get reason(): string {
    return this.#reason;
  }

  get speed(): number {
    return this.#speed;
  }

  get simTimeMs(): number {
    return this.#standing.simTimeMs;
  }

  get firstSeq(): number {
    return this.#window.firstSeq;
  }

  get lastSeq(): number {
    return this.#window.lastSeq;
  }

  /** Of the unacknowledged events. */
  get bytes(): number {
    return this.#window.bytes;
  }

  level(): RunLevel {
    return levelOf({
      state: this.#state,
      speed: this.#speed,
      lastSeq: this.lastSeq,
      standing: this.#standing,
      horizonMs: this.horizonMs,
      eventsPerWallSec: this.ended || this.#standing.state === "PAUSED" ? 0 : this.#speedometer.perSec,
      reason: this.#reason,
    });
  }

  /** A sign of life of the owner. */
  renew(): void {
    this.#orphanTimer.renew();
  }

  pause(): void {
    this.#mustGoOn();
    this.#thread.send({ kind: "pause" });
  }

  resume(): void {
    this.#mustGoOn();
    this.#thread.send({ kind: "resume" });
  }

  setSpeed(speed: number): void {
    this.#mustGoOn();
    this.#speed = speed;
    this.#thread.send({ kind: "speed", speed });
    this.#attachment?.news.notify();
  }

  /** Simulated time at which the fault was applied; resolves once it is. */
  async inject(fault: Fault): Promise<number> {
    const answer = this.#faults.answerTo(fault.id);
    if (answer !== undefined) return answer;
    this.#mustGoOn();
    return this.#faults.add(fault, (call) => this.#thread.send({ kind: "inject", call, fault }));
  }

  /** Ends the run for good; a run that has ended already stays as it is. */
  stop(reason: string): void {
    this.#end(RunState.RUN_STATE_STOPPED, reason);
  }

  acknowledge(upToSeq: number): void {
    if (upToSeq > this.lastSeq)
      throw invalid(`up_to_seq ${upToSeq} is beyond the newest event, ${this.lastSeq}`);
    const { events, bytes } = this.#window.release(upToSeq);
    if (events > 0 && !this.ended) this.#thread.send({ kind: "release", events, bytes });
  }

  /** Ties a stream to the run, from afterSeq on; an older stream is cut off. */
  attach(afterSeq: number): Attachment {
    if (afterSeq > this.lastSeq)
      throw invalid(`after_seq ${afterSeq} is beyond the newest event, ${this.lastSeq}`);
    if (afterSeq < this.firstSeq - 1) throw this.#tooOld(afterSeq);
    this.#attachment?.detach("SUPERSEDED");
    this.#attachment = new Attachment();
    return this.#attachment;
  }

  detach(attachment: Attachment): void {
    if (this.#attachment === attachment) this.#attachment = undefined;
  }

  eventAt(seq: number): KeptEvent | undefined {
    return this.#window.at(seq);
  }

  /** The rolling digest at an event that is kept, or at the one before the oldest. */
  digestAt(seq: number): Uint8Array {
    const digest = this.#window.digestAt(seq);
    if (digest === undefined) throw new Error(`the digest at event ${seq} is not kept`);
    return digest;
  }

  /** The run is dropped from memory: whoever still follows it is told so. */
  forget(): void {
    this.#attachment?.detach("FORGOTTEN");
    this.#window.release(this.lastSeq);
  }

  /** The engine ends before the run has: to its owner it is lost, and not stopped. */
  abandon(): void {
    this.#orphanTimer.stop();
    this.#thread.kill();
    this.#attachment?.detach("ENGINE_ENDS");
  }

  #hear(report: Report): void {
    if (this.ended) return;
    if (report.kind === "injected") this.#faults.applied(report.call, report.appliedAtMs);
    else if (report.kind === "not-injected") this.#faults.refused(report.call, report.problem);
    else {
      if (report.events !== undefined) this.#window.append(report.events);
      this.#standing = report.standing;
      this.#state = states[report.standing.state];
      this.#speedometer.read(report.standing.processed);
      if (report.ending !== undefined) this.#end(states[report.ending.state], report.ending.reason);
      this.#attachment?.news.notify();
    }
  }

  #end(state: RunState, reason: string): void {
    if (this.ended) return;
    this.#state = state;
    this.#reason = reason;
    this.#endedAt = new Date();
    this.#orphanTimer.stop();
    this.#faults.end();
    if (state !== RunState.RUN_STATE_COMPLETED) this.#thread.kill();
    this.#attachment?.news.notify();
    this.#onEnded(this);
  }

  #mustGoOn(): void {
    if (!this.ended) return;
    throw refusal(
      status.FAILED_PRECONDITION,
      "RUN_ENDED",
      `the run has ended: ${this.#reason || "completed"}`,
    );
  }

  #tooOld(afterSeq: number): EngineError {
    const error = new EngineError(
      status.OUT_OF_RANGE,
      `event ${afterSeq + 1} is no longer kept; the oldest is ${this.firstSeq}`,
    );
    error.metadata.set("engine-oldest-seq", String(this.firstSeq));
    return error;
  }
}
