import { describe, expect, test } from "vitest";
import { LevelGate, levelOf, longestSilenceMs, type RunView } from "../../../src/engine/levels.ts";
import { RunState } from "../../../src/gen/architech/engine/v1/engine.ts";

// Goal: a stream hears of every change of state at once, and of mere progress about four times a second.

const view: RunView = {
  state: RunState.RUN_STATE_RUNNING,
  speed: 2,
  lastSeq: 5,
  standing: { state: "RUNNING", held: false, simTimeMs: 20_000, processed: 400, inFlight: 3 },
  horizonMs: 100_000,
  eventsPerWallSec: 800,
  reason: "",
};
const running = levelOf(view);
const later = levelOf({ ...view, standing: { ...view.standing, simTimeMs: 21_000 } });
const paused = levelOf({ ...view, state: RunState.RUN_STATE_PAUSED });

describe("a stream's levels", () => {
  test("the first is due at once, ahead of the newest event or not", () => {
    expect(new LevelGate().due(running, false, 0)).toBe(true);
    expect(new LevelGate().due(running, true, 0)).toBe(true);
  });

  test("a change of state, speed or reason is due at once, but not before the events it follows", () => {
    const gate = new LevelGate();
    gate.sent(running, true, 0);
    for (const changed of [paused, { ...running, speed: 3 }, { ...running, reason: "held" }]) {
      expect(gate.due(changed, true, 1)).toBe(true);
      expect(gate.due(changed, false, 1)).toBe(false);
    }
  });

  test("a level told ahead of its events is told again once they are there", () => {
    const gate = new LevelGate();
    gate.sent(paused, false, 0);
    expect(gate.due(paused, true, 1)).toBe(true);
  });

  test("progress alone is due after a quarter of a second; nothing new after the longest silence", () => {
    const gate = new LevelGate();
    gate.sent(running, true, 0);
    expect(gate.due(later, true, 249)).toBe(false);
    expect(gate.due(later, true, 250)).toBe(true);
    expect(gate.waitMs(later, 100)).toBe(150);
    expect(gate.due(running, true, longestSilenceMs - 1)).toBe(false);
    expect(gate.due(running, true, longestSilenceMs)).toBe(true);
  });
});

describe("a level's progress", () => {
  test("a paced run's remaining time follows from its speed", () => {
    expect(running.progress).toEqual({
      fraction: 0.2,
      events: 400,
      eventsPerWallSec: 800,
      etaWallMs: 40_000,
      inFlight: 3,
    });
  });

  test("a run as fast as possible goes on as it did so far", () => {
    // 400 events made a fifth; 1,600 more at 800 a second.
    expect(levelOf({ ...view, speed: 0 }).progress?.etaWallMs).toBe(2_000);
  });

  test("the remaining time is unknown where nothing was done yet", () => {
    const idle = { ...view.standing, simTimeMs: 0, processed: 0 };
    expect(levelOf({ ...view, speed: 0, standing: idle, eventsPerWallSec: 0 }).progress?.etaWallMs).toBe(0);
  });

  test("a run that waits for acknowledgements says so", () => {
    expect(levelOf({ ...view, standing: { ...view.standing, held: true } }).reason).toMatch(/^held/);
  });
});
