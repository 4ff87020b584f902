import { expect, test } from "vitest";
import { RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import { hourMs, shop } from "../configs.ts";
import { refusalOf } from "../contract-client.ts";
import { session } from "./session.ts";

export function pacing(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test("Pause holds the run at a simulated time, confirmed after all earlier events", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 50 });
    const following = client.follow(run, 0, { acknowledge: true });
    await following.until(({ lastSeq }) => lastSeq >= 3);
    await client.pause(run);
    const held = await following.untilState(RunState.RUN_STATE_PAUSED);
    expect(held.atSeq).toBe(following.lastSeq);
    expect(following.events.every((event) => event.simTimeMs <= held.simTimeMs)).toBe(true);

    // However often one asks, at whatever speed: nothing later comes to exist.
    await client.setSpeed(run, 0);
    for (let asked = 0; asked < 50; asked++) {
      expect(await client.get(run)).toMatchObject({ lastSeq: held.atSeq, simTimeMs: held.simTimeMs });
    }
    expect(following.lastSeq).toBe(held.atSeq);

    await client.resume(run);
    expect(await following.end).toBeUndefined();
    expect(following.events[held.atSeq]?.simTimeMs).toBeGreaterThanOrEqual(held.simTimeMs);
  });

  test("pauses, resumes and changes of speed change no numbered event", async () => {
    const client = connect();
    const config = shop({ horizonMs: hourMs / 6 });
    const run = client.newRun();
    await client.start(run, config, { speed: 200 });
    const following = client.follow(run, 0, { acknowledge: true });
    for (const [speed, seq] of [
      [1_000, 20],
      [50, 25],
      [3_000, 120],
    ] as const) {
      await client.pause(run);
      await following.untilState(RunState.RUN_STATE_PAUSED);
      await client.setSpeed(run, speed);
      await client.resume(run);
      await following.until(({ lastSeq }) => lastSeq >= seq);
    }
    await client.setSpeed(run, 0);
    await following.end;
    const undisturbed = await client.undisturbed(config);
    expect(following.encoded).toEqual(undisturbed.encoded);
    expect(following.digest).toEqual(undisturbed.digest);
  });

  test("Pause, Resume and SetSpeed may be repeated", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 1 });
    const following = client.follow(run);
    for (const _ of [1, 2]) await client.pause(run);
    await following.untilState(RunState.RUN_STATE_PAUSED);
    await client.pause(run);
    for (const _ of [1, 2]) await client.resume(run);
    for (const _ of [1, 2]) expect((await client.setSpeed(run, 4)).speed).toBe(4);
    await following.until(
      ({ lastLevel }) => lastLevel?.state === RunState.RUN_STATE_RUNNING && lastLevel.speed === 4,
    );
  });

  test("a paced run is at most as far as its speed allows", async () => {
    const client = connect();
    const run = client.newRun();
    const speed = 20;
    const startedAt = performance.now();
    await client.start(run, shop({ horizonMs: hourMs }), { speed });
    const following = client.follow(run, 0, { acknowledge: true });
    await following.until(({ lastSeq }) => lastSeq >= 10);
    const wallMs = performance.now() - startedAt;
    expect(following.events.at(-1)?.simTimeMs).toBeLessThanOrEqual(wallMs * speed);
  });

  test("simulated time does not jump by the length of a pause", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 1_000, startPaused: true });
    await client.follow(run).untilState(RunState.RUN_STATE_PAUSED);
    // The pause lasts a while of wall time, in which 300 s could have been simulated.
    const pausedAt = performance.now();
    while (performance.now() - pausedAt < 300) await client.get(run);
    const following = client.follow(run, 0, { acknowledge: true });
    const resumedAt = performance.now();
    await client.resume(run);
    await following.until(({ lastLevel }) => (lastLevel?.simTimeMs ?? 0) > 0);
    const seenMs = following.lastLevel?.simTimeMs ?? 0;
    expect(seenMs).toBeLessThanOrEqual((performance.now() - resumedAt) * 1_000);
  });

  test("a run that has ended can be neither paused, resumed nor re-paced", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop());
    await client.follow(run).end;
    for (const call of [client.pause(run), client.resume(run), client.setSpeed(run, 2)]) {
      expect(await refusalOf(call)).toMatchObject({ word: "RUN_ENDED" });
    }
  });
}
