import { expect, test } from "vitest";
import { RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import { hourMs, shop, slowApi } from "../configs.ts";
import { session } from "./session.ts";

export function replay(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test.each([1, 2, 31, 60])("goes on after event %i as if nothing had happened", async (resumeAfterSeq) => {
    const client = connect();
    const whole = await client.undisturbed(shop());
    const expectedDigest = whole.digestAt(resumeAfterSeq);
    const run = client.newRun(2);
    const info = await client.start(run, shop(), { resumeAfterSeq, expectedDigest });
    expect(info).toMatchObject({ firstSeq: resumeAfterSeq + 1, lastSeq: resumeAfterSeq });
    // The follower need not wait for the replay: its position exists from the beginning.
    const following = client.follow(run, resumeAfterSeq, { acknowledge: true });
    expect(await following.end).toBeUndefined();
    expect(following.encoded).toEqual(whole.encoded.slice(resumeAfterSeq));
    expect(following.digest).toEqual(whole.digest);
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_COMPLETED);
  });

  test("of a run that was complete is complete, without another event", async () => {
    const client = connect();
    const whole = await client.undisturbed(shop());
    const run = client.newRun(2);
    await client.start(run, shop(), { resumeAfterSeq: whole.lastSeq, expectedDigest: whole.digest });
    const following = client.follow(run, whole.lastSeq);
    expect(await following.end).toBeUndefined();
    expect(following.events).toEqual([]);
    expect(following.lastLevel).toMatchObject({ state: RunState.RUN_STATE_COMPLETED, atSeq: whole.lastSeq });
  });

  test.each([
    ["another digest", {}, { expectedDigest: new Uint8Array(32).fill(1) }],
    ["another seed", { seed: 8 }, {}],
  ])("with %s fails before any event", async (_, control, more) => {
    const client = connect();
    const whole = await client.undisturbed(shop());
    const run = client.newRun(2);
    const start = { resumeAfterSeq: 20, expectedDigest: whole.digestAt(20), ...more };
    await client.start(run, shop(control), start);
    const following = client.follow(run, 20, { acknowledge: true });
    expect(await following.end).toBeUndefined();
    expect(following.events).toEqual([]);
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_FAILED);
    expect(following.lastLevel?.reason).toMatch(/^NOT_REPRODUCIBLE/);
    expect((await client.get(run)).lastSeq).toBe(20);
  });

  test("beyond the end of the run fails as not reproducible", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: 5_000 }), {
      resumeAfterSeq: 900,
      expectedDigest: new Uint8Array(32),
    });
    const following = client.follow(run, 900);
    await following.end;
    expect(following.lastLevel?.reason).toMatch(/^NOT_REPRODUCIBLE/);
  });

  test("runs as fast as it can to resume_at_ms and holds exactly there when started paused", async () => {
    const client = connect();
    const config = shop({ horizonMs: hourMs });
    const whole = await client.undisturbed(config);
    const run = client.newRun(2);
    await client.start(run, config, {
      speed: 0.001,
      startPaused: true,
      resumeAfterSeq: 50,
      expectedDigest: whole.digestAt(50),
      resumeAtMs: 123_456.5,
    });
    const following = client.follow(run, 50, { acknowledge: true });
    const held = await following.untilState(RunState.RUN_STATE_PAUSED);
    expect(held.simTimeMs).toBe(123_456.5);
    expect(following.levels.map((level) => level.state)).not.toContain(RunState.RUN_STATE_RUNNING);
    expect(held.atSeq).toBe(whole.events.filter((event) => event.simTimeMs <= 123_456.5).length);
    await client.setSpeed(run, 0);
    await client.resume(run);
    await following.end;
    expect(following.encoded).toEqual(whole.encoded.slice(50));
  });

  test("without resume_at_ms holds at the time of event n when started paused", async () => {
    const client = connect();
    const config = shop({ horizonMs: hourMs });
    const whole = await client.undisturbed(config);
    const run = client.newRun(2);
    const start = { startPaused: true, resumeAfterSeq: 50, expectedDigest: whole.digestAt(50) };
    await client.start(run, config, start);
    const held = await client.follow(run, 50).untilState(RunState.RUN_STATE_PAUSED);
    expect(held).toMatchObject({ atSeq: 50, simTimeMs: whole.events[49]?.simTimeMs });
  });

  test("a pause asked for during the replay holds where the replay ends", async () => {
    const client = connect();
    const config = shop({ horizonMs: hourMs });
    const whole = await client.undisturbed(config);
    const run = client.newRun(2);
    const start = {
      resumeAfterSeq: 3_000,
      expectedDigest: whole.digestAt(3_000),
      speed: 1,
      resumeAtMs: 3_100_000,
    };
    await client.start(run, config, start);
    await client.pause(run);
    const held = await client.follow(run, 3_000, { acknowledge: true }).untilState(RunState.RUN_STATE_PAUSED);
    expect(held.simTimeMs).toBeGreaterThanOrEqual(3_100_000);
  });

  test("acts on the faults of the lost run at their times: disturbed, lost and replayed, the events are the same", async () => {
    const client = connect();
    const config = shop({ horizonMs: hourMs / 10 });
    const lost = client.newRun();
    await client.start(lost, config, { speed: 500 });
    const before = client.follow(lost, 0, { acknowledge: true });
    await before.until(({ lastSeq }) => lastSeq >= 40);
    const live = await client.injectFault(lost, slowApi);
    // Told later than the first, so that the times alone say which came first.
    await before.until(({ events }) => events.some(({ simTimeMs }) => simTimeMs > live.appliedAtMs));
    const second = { ...slowApi, id: "slower", amount: 3 };
    const liveSecond = await client.injectFault(lost, second);
    await client.setSpeed(lost, 0);
    await before.end;

    const appliedFaults = [
      { ...second, atMs: liveSecond.appliedAtMs },
      { ...slowApi, atMs: live.appliedAtMs },
    ];
    for (const resumeAfterSeq of [10, 60, 200]) {
      const run = client.newRun(2);
      const start = { resumeAfterSeq, expectedDigest: before.digestAt(resumeAfterSeq), appliedFaults };
      await client.start(run, config, start);
      const following = client.follow(run, resumeAfterSeq, { acknowledge: true });
      await following.end;
      expect(following.encoded).toEqual(before.encoded.slice(resumeAfterSeq));
      expect(following.digest).toEqual(before.digest);
      expect((await client.injectFault(run, slowApi)).appliedAtMs).toBe(live.appliedAtMs);
    }
    const unfaulted = await client.undisturbed(config);
    expect(unfaulted.encoded).not.toEqual(before.encoded);
  });
}
