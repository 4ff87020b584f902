import { type Progress, type RunLevel, RunState } from "../gen/architech/engine/v1/engine.ts";
import type { Standing } from "./thread-messages.ts";

/** Between two levels that tell of progress only. */
const progressMs = 250;
/** The longest silence of an attached stream: a longer one means trouble. */
export const longestSilenceMs = 2_000;

/** What a level is made of. */
export interface RunView {
  readonly state: RunState;
  readonly speed: number;
  readonly lastSeq: number;
  readonly standing: Standing;
  readonly horizonMs: number;
  readonly eventsPerWallSec: number;
  readonly reason: string;
}

export function levelOf(view: RunView): RunLevel {
  const { state, speed, lastSeq, standing } = view;
  const held = standing.held && state === RunState.RUN_STATE_RUNNING;
  return {
    state,
    speed,
    atSeq: lastSeq,
    simTimeMs: standing.simTimeMs,
    progress: progressOf(view),
    reason: held ? "held: the window of unacknowledged events is full" : view.reason,
    wallTime: new Date(),
  };
}

function progressOf({ standing, horizonMs, speed, eventsPerWallSec }: RunView): Progress {
  const leftMs = Math.max(0, horizonMs - standing.simTimeMs);
  const fraction = horizonMs > 0 ? Math.min(1, standing.simTimeMs / horizonMs) : 0;
  // As fast as possible: what is left takes as many simulation events per simulated time as what is done.
  const eventsLeft = fraction > 0 ? (standing.processed / fraction) * (1 - fraction) : 0;
  const etaWallMs =
    speed > 0 ? leftMs / speed : eventsPerWallSec > 0 ? (eventsLeft / eventsPerWallSec) * 1_000 : 0;
  return {
    fraction,
    events: standing.processed,
    eventsPerWallSec,
    etaWallMs,
    inFlight: standing.inFlight,
  };
}

/**
 * Decides for one stream which batches carry a level: the first one, every one after a change of state, speed
 * or reason, about four a second while the run moves on, and one now and then while it does not.
 */
export class LevelGate {
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #sentWord = "";
  #sentSimMs = Number.NEGATIVE_INFINITY;

  /** @param atHead the batch reaches the newest event, so that the level is the state after it */
  due(level: RunLevel, atHead: boolean, wallMs: number): boolean {
    if (this.#sentWord === "") return true;
    return atHead && (wordOf(level) !== this.#sentWord || this.waitMs(level, wallMs) <= 0);
  }

  /** Wall ms until a level is due that tells nothing new but progress. */
  waitMs(level: RunLevel, wallMs: number): number {
    const pauseMs = level.simTimeMs === this.#sentSimMs ? longestSilenceMs : progressMs;
    return this.#sentAtMs + pauseMs - wallMs;
  }

  sent(level: RunLevel, atHead: boolean, wallMs: number): void {
    this.#sentAtMs = wallMs;
    // A level sent ahead of its events is told again once they are there.
    this.#sentWord = atHead ? wordOf(level) : "ahead";
    this.#sentSimMs = level.simTimeMs;
  }
}

function wordOf({ state, speed, reason }: RunLevel): string {
  return `${state} ${speed} ${reason}`;
}
