import type { Event, Fault } from "../gen/architech/engine/v1/engine.ts";
import type { Simulation } from "./model/simulation.ts";
import { Outbox } from "./outbox.ts";
import { Pacer } from "./pacer.ts";
import { Replay } from "./replay.ts";
import type { Command, Ending, Report, RunPlan, Standing } from "./thread-messages.ts";
import { WallLimit } from "./wall-limit.ts";

/** Where commands come from. */
export interface Commands {
  /** All that have come and were not fetched yet, in order. */
  fetch(): Command[];
  /** Blocks until one comes, at most timeoutMs of wall time. */
  wait(timeoutMs: number): void;
}

/** Simulation events between two looks at the commands: some 0.2 ms of work. */
const sliceEvents = 1_024;
/** Near a full window slices shrink to this, so that the window is passed by few events. */
const leastSliceEvents = 32;
/** Wall ms that a sent-for event may wait for company, and between two reports of a run that says nothing. */
const gatherMs = 20;
const quietMs = 250;

/**
 * Drives one simulation, a slice at a time; between slices it obeys commands. Wall time decides only how far
 * the simulation may go, never what it does on the way, so no pause, pace or hold changes a numbered event.
 *
 *     QUEUED   catching up: to event n silently, then to resumeAtMs, as fast as possible. Not paused here:
 *              a pause takes effect where the catching up ends.
 *     RUNNING  paced, or as fast as possible; `held` while the window is full.
 *     PAUSED   between two slices; nothing later than this simulated time exists.
 */
export class RunLoop {
  readonly #simulation: Simulation;
  readonly #commands: Commands;
  readonly #plan: RunPlan;
  readonly #send: (report: Report) => void;
  readonly #wallNow: () => number;
  readonly #outbox = new Outbox();
  readonly #pacer: Pacer;
  readonly #replay: Replay;
  readonly #wallLimit: WallLimit;
  #paused: boolean;
  #live: { call: number; fault: Fault }[] = [];
  #reportedAtMs = Number.NEGATIVE_INFINITY;
  #reportedState = "";

  constructor(
    simulation: Simulation,
    plan: RunPlan,
    commands: Commands,
    send: (report: Report) => void,
    wallNow: () => number = () => performance.now(),
  ) {
    this.#simulation = simulation;
    this.#commands = commands;
    this.#plan = plan;
    this.#send = send;
    this.#wallNow = wallNow;
    this.#pacer = new Pacer(plan.speed);
    this.#replay = new Replay(plan);
    this.#wallLimit = new WallLimit(plan.maxWallMs, wallNow());
    this.#paused = plan.startPaused;
  }

  /** Runs to the end; the last report carries the ending. */
  run(): void {
    // What the run says before its first step exists from the beginning, also where it begins paused.
    let ending = this.#collect();
    this.#pacer.anchor(this.#wallNow(), this.#simulation.nowMs);
    this.#report(undefined);
    while (ending === undefined) ending = this.#step();
    this.#report(ending);
  }

  #step(): Ending | undefined {
    for (const command of this.#commands.fetch()) this.#obey(command);
    const wallMs = this.#wallNow();
    const tooLong = this.#wallLimit.check(wallMs);
    if (tooLong !== undefined) return tooLong;
    if (this.#live.length > 0 && this.#replay.caughtUp) return this.#injectLive();
    if (this.#paused && this.#replay.caughtUp) return this.#pause(wallMs);
    if (this.#windowIsFull()) return this.#hold(wallMs);
    return this.#advance(wallMs);
  }

  #obey(command: Command): void {
    if (command.kind === "pause") this.#paused = true;
    else if (command.kind === "resume") this.#paused = false;
    else if (command.kind === "release") this.#outbox.release(command.events, command.bytes);
    else if (command.kind === "inject") this.#live.push(command);
    else this.#pacer.setSpeed(command.speed, this.#wallNow(), this.#simulation.nowMs);
  }

  #advance(wallMs: number): Ending | undefined {
    const simulation = this.#simulation;
    const allowedMs = this.#replay.caughtUp
      ? this.#pacer.due(wallMs, simulation.nowMs)
      : this.#replay.untilMs(this.#outbox.lastSeq);
    const fault = this.#replay.nextFault;
    const aheadMs = Math.min(allowedMs, simulation.horizonMs, fault?.atMs ?? Number.POSITIVE_INFINITY);
    const untilMs = Math.max(simulation.nowMs, aheadMs);
    const more = simulation.advance(untilMs, this.#sliceEvents());
    const ending = this.#collect();
    if (ending !== undefined) return ending;
    if (more) this.#reportIfDue(wallMs);
    else if (fault !== undefined && untilMs >= fault.atMs) this.#replay.apply(simulation);
    else if (this.#replay.arrived(this.#outbox.lastSeq, untilMs)) this.#beginPacing();
    else if (untilMs >= simulation.horizonMs)
      throw new Error("the simulation is at its horizon and has no end");
    else this.#rest();
    return undefined;
  }

  #beginPacing(): void {
    this.#pacer.anchor(this.#wallNow(), this.#simulation.nowMs);
    this.#report(undefined);
  }

  /** Sleeps to the next slice of a paced run. */
  #rest(): void {
    const wallMs = this.#wallNow();
    this.#reportIfDue(wallMs, 0);
    this.#commands.wait(this.#pacer.rest(wallMs));
  }

  #pause(wallMs: number): undefined {
    this.#report(undefined);
    this.#wallLimit.stop(wallMs);
    this.#commands.wait(Number.POSITIVE_INFINITY);
    const awakeMs = this.#wallNow();
    this.#wallLimit.go(awakeMs);
    this.#pacer.anchor(awakeMs, this.#simulation.nowMs);
  }

  #hold(wallMs: number): undefined {
    this.#report(undefined);
    this.#commands.wait(this.#wallLimit.leftMs(wallMs));
    this.#pacer.anchor(this.#wallNow(), this.#simulation.nowMs);
  }

  /**
   * A live fault acts when everything due at the present simulated time is done. That makes its place among the
   * events a function of its time alone, which is all that a later replay is told.
   */
  #injectLive(): Ending | undefined {
    const more = this.#simulation.advance(this.#simulation.nowMs, sliceEvents);
    const ending = this.#collect();
    if (ending !== undefined || more) return ending;
    const faults = this.#live;
    this.#live = [];
    for (const { call, fault } of faults) {
      try {
        this.#send({ kind: "injected", call, appliedAtMs: this.#simulation.inject(fault) });
      } catch (error) {
        this.#send({
          kind: "not-injected",
          call,
          problem: error instanceof Error ? error.message : "refused",
        });
      }
    }
    return this.#collect();
  }

  /** Takes the new numbered events over; tells the ending, if one of them, or the replay, is the end. */
  #collect(): Ending | undefined {
    for (const event of this.#simulation.take()) {
      if (event.seq <= this.#plan.resumeAfterSeq) this.#outbox.pass(event);
      else this.#outbox.add(event);
      if (event.seq === this.#plan.resumeAfterSeq) {
        const mismatch = this.#replay.check(this.#outbox.digest);
        if (mismatch !== undefined) return mismatch;
      }
      const ending = endingOf(event);
      if (ending !== undefined) return this.#replay.tooShort(event.seq) ?? ending;
    }
    if (this.#simulation.ended) throw new Error("the simulation ended without a terminal event");
    return undefined;
  }

  #windowIsFull(): boolean {
    return (
      this.#outbox.openEvents >= this.#plan.windowEvents || this.#outbox.openBytes >= this.#plan.windowBytes
    );
  }

  #sliceEvents(): number {
    const silent = this.#replay.stepsLeft(this.#outbox.lastSeq);
    if (silent > 0) return Math.min(sliceEvents, silent);
    const room = this.#plan.windowEvents - this.#outbox.openEvents;
    const meanBytes = this.#outbox.openBytes / Math.max(1, this.#outbox.openEvents);
    const roomByBytes = (this.#plan.windowBytes - this.#outbox.openBytes) / Math.max(1, meanBytes);
    return Math.max(leastSliceEvents, Math.min(sliceEvents, room, Math.floor(roomByBytes)));
  }

  #reportIfDue(wallMs: number, gatheringMs = gatherMs): void {
    const sinceMs = wallMs - this.#reportedAtMs;
    const waiting = !this.#outbox.isEmpty;
    if (this.#outbox.isFull || (waiting && sinceMs >= gatheringMs) || sinceMs >= quietMs)
      this.#report(undefined);
    else if (this.#stateWord() !== this.#reportedState) this.#report(undefined);
  }

  #report(ending: Ending | undefined): void {
    this.#reportedAtMs = this.#wallNow();
    this.#reportedState = this.#stateWord();
    this.#send({ kind: "progress", standing: this.#standing(), events: this.#outbox.take(), ending });
  }

  #stateWord(): string {
    const { state, held } = this.#standing();
    return held ? `${state} held` : state;
  }

  #standing(): Standing {
    const { nowMs, processed, inFlight } = this.#simulation;
    const state = !this.#replay.caughtUp ? "QUEUED" : this.#paused ? "PAUSED" : "RUNNING";
    return { state, held: this.#windowIsFull(), simTimeMs: nowMs, processed, inFlight };
  }
}

function endingOf(event: Event): Ending | undefined {
  if (event.payload?.$case === "completed") return { state: "COMPLETED", reason: "" };
  if (event.payload?.$case !== "failed") return undefined;
  const { code, message } = event.payload.value;
  return { state: "FAILED", reason: `${code}: ${message}` };
}
