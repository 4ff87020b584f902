import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import { hourMs, shop, slowApi } from "../configs.ts";
import { refusalOf } from "../contract-client.ts";
import { session } from "./session.ts";

export function faults(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test("a live fault acts at the simulated time that the answer and its event name", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 100 });
    const following = client.follow(run, 0, { acknowledge: true });
    await following.until(({ lastSeq }) => lastSeq >= 3);
    const seenMs = following.events.at(-1)?.simTimeMs ?? 0;
    const { appliedAtMs } = await client.injectFault(run, slowApi);
    await following.until(({ events }) => events.some((event) => event.payload?.$case === "fault"));
    const event = following.events.find(({ payload }) => payload?.$case === "fault");
    expect(event?.simTimeMs).toBe(appliedAtMs);
    expect(event?.payload).toMatchObject({ value: { faultId: slowApi.id, kind: "slow", target: "api" } });
    expect(appliedAtMs).toBeGreaterThanOrEqual(seenMs);
  });

  test("the same fault sent again acts once and gets the same answer", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 100 });
    const following = client.follow(run, 0, { acknowledge: true });
    const answers = await Promise.all([1, 2, 3].map(() => client.injectFault(run, slowApi)));
    expect(new Set(answers.map(({ appliedAtMs }) => appliedAtMs)).size).toBe(1);
    await client.setSpeed(run, 0);
    await following.end;
    const started = following.events.filter(({ payload }) => payload?.$case === "fault");
    expect(started).toHaveLength(1);
    expect((await client.injectFault(run, slowApi)).appliedAtMs).toBe(answers[0]?.appliedAtMs);
  });

  test("a fault acts on a paused run, at the time at which it holds", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 100 });
    const following = client.follow(run, 0, { acknowledge: true });
    await following.until(({ lastSeq }) => lastSeq >= 2);
    await client.pause(run);
    const held = await following.untilState(RunState.RUN_STATE_PAUSED);
    expect((await client.injectFault(run, slowApi)).appliedAtMs).toBe(held.simTimeMs);
    expect((await client.get(run)).simTimeMs).toBe(held.simTimeMs);
  });

  test.each([
    ["of an unknown kind", { ...slowApi, kind: "earthquake" }],
    ["on an unknown target", { ...slowApi, target: "nowhere" }],
    ["without an id", { ...slowApi, id: "" }],
    ["with an amount that is no number", { ...slowApi, amount: Number.NaN }],
  ])("a fault %s is refused, and the run goes on", async (_, fault) => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    expect((await refusalOf(client.injectFault(run, fault))).code).toBe(status.INVALID_ARGUMENT);
    const following = client.follow(run, 0, { acknowledge: true });
    await client.resume(run);
    await following.end;
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_COMPLETED);
  });

  test("a run that has ended takes no faults", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    await client.stop(run);
    expect(await refusalOf(client.injectFault(run, slowApi))).toMatchObject({ word: "RUN_ENDED" });
  });

  test("a fault that waits for a replay gets its answer also when the run is stopped meanwhile", async () => {
    const client = connect();
    const config = shop({ horizonMs: hourMs });
    const whole = await client.undisturbed(config);
    const run = client.newRun(2);
    await client.start(run, config, { resumeAfterSeq: 3_500, expectedDigest: whole.digestAt(3_500) });
    const answer = client.injectFault(run, slowApi).then(
      () => "applied",
      (error) => String(error.metadata.get("engine-error")[0]),
    );
    await client.stop(run);
    expect(["applied", "RUN_ENDED"]).toContain(await answer);
  });
}
