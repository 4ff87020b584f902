import { describe, expect, it } from "vitest";
import { Backoff, startLoop } from "../../src/orchestrator/loop.ts";

const never = () => 60_000;

describe("a loop", () => {
  it("steps again at once when it is nudged, also during a step", async () => {
    let steps = 0;
    let reached: (() => void) | undefined;
    const third = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const loop = startLoop(async () => {
      steps += 1;
      if (steps === 1) loop.nudge();
      if (steps === 3) reached?.();
      return 60_000;
    }, never);
    await expect.poll(() => steps).toBe(2);
    loop.nudge();
    await third;
    await loop.stop();
    expect(steps).toBe(3);
  });

  it("never runs two steps at once", async () => {
    let running = 0;
    let most = 0;
    let steps = 0;
    const loop = startLoop(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      steps += 1;
      return 0;
    }, never);
    await expect
      .poll(() => {
        loop.nudge();
        return steps;
      })
      .toBeGreaterThan(20);
    await loop.stop();
    expect(most).toBe(1);
  });

  it("outlives a step that throws", async () => {
    let steps = 0;
    const seen: unknown[] = [];
    const loop = startLoop(
      async () => {
        steps += 1;
        throw new Error(`step ${steps}`);
      },
      (error) => seen.push(error) * 0,
    );
    await expect.poll(() => seen.length).toBeGreaterThan(2);
    await loop.stop();
  });

  it("has ended its step when stop resolves, and takes no other", async () => {
    let finish: (() => void) | undefined;
    let steps = 0;
    const loop = startLoop(async () => {
      steps += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return 0;
    }, never);
    await expect.poll(() => finish).toBeDefined();
    const stopped = loop.stop();
    loop.nudge();
    finish?.();
    await stopped;
    expect(steps).toBe(1);
  });
});

describe("a back-off", () => {
  it("doubles up to its bound, and begins anew after a success", () => {
    const backoff = new Backoff(100, 1_000);
    for (const whole of [100, 200, 400, 800, 1_000, 1_000]) {
      const ms = backoff.nextMs();
      expect(ms).toBeGreaterThanOrEqual(whole / 2);
      expect(ms).toBeLessThanOrEqual(whole);
    }
    backoff.reset();
    expect(backoff.nextMs()).toBeLessThanOrEqual(100);
  });
});
