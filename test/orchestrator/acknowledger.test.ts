// How often an engine is told what is stored.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Engine } from "../../src/core/ports/engines.ts";
import { Acknowledger } from "../../src/orchestrator/owner/acknowledger.ts";

const run = { simulationId: "a", attempt: 1, token: 1 };
const orphanTimeoutMs = 30_000;

let told: number[];
let answers: (() => void)[];
let acknowledger: Acknowledger;

/** Answers when it is let to; only what is called is asked of it. */
const engine: Pick<Engine, "acknowledge"> = {
  acknowledge: (_, engineSeq) => {
    told.push(engineSeq);
    return new Promise((resolve) => answers.push(resolve));
  },
};

async function answered(): Promise<void> {
  for (const answer of answers.splice(0)) answer();
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  answers = [];
  acknowledger = new Acknowledger(engine as Engine, run, 0, orphanTimeoutMs);
});

afterEach(() => {
  acknowledger.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

it("is told the first at once, and what follows soon with one call", async () => {
  acknowledger.stored(1);
  expect(told).toEqual([1]);
  await answered();
  for (const seq of [2, 3, 4]) acknowledger.stored(seq);
  await vi.advanceTimersByTimeAsync(199);
  expect(told).toEqual([1]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([1, 4]);
});

it("is told at once of many", async () => {
  acknowledger.stored(1);
  await answered();
  acknowledger.stored(64);
  expect(told).toEqual([1]);
  acknowledger.stored(65);
  expect(told).toEqual([1, 65]);
});

it("is told at once of the last", async () => {
  acknowledger.stored(1);
  await answered();
  acknowledger.stored(2, true);
  expect(told).toEqual([1, 2]);
});

it("has one call at a time; what is stored meanwhile goes with the next", async () => {
  acknowledger.stored(1);
  acknowledger.stored(500);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([1]);
  await answered();
  expect(told).toEqual([1, 500]);
});

it("is given a sign of life where nothing is stored", async () => {
  await vi.advanceTimersByTimeAsync(orphanTimeoutMs / 6);
  expect(told).toEqual([0]);
});
