import { expect, test } from "vitest";
import { RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import { hourMs, shop } from "../configs.ts";
import { session } from "./session.ts";

export function ending(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test("STOPPED, with the reason, is the last thing in the stream", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 100 });
    const following = client.follow(run, 0, { acknowledge: true });
    await following.until(({ lastSeq }) => lastSeq >= 2);
    expect(await client.stop(run, "enough")).toMatchObject({
      state: RunState.RUN_STATE_STOPPED,
      reason: "enough",
    });
    expect(await following.end).toBeUndefined();
    expect(following.batches.at(-1)?.level).toMatchObject({
      state: RunState.RUN_STATE_STOPPED,
      reason: "enough",
      atSeq: following.lastSeq,
    });
    expect(following.events.some((event) => event.payload?.$case === "completed")).toBe(false);
  });

  test("the events before a stop are still there for a later stream, and nothing after", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 100 });
    const first = client.follow(run);
    await first.until(({ lastSeq }) => lastSeq >= 3);
    await client.stop(run);
    await first.end;
    const later = client.follow(run);
    expect(await later.end).toBeUndefined();
    expect(later.encoded).toEqual(first.encoded);
    expect((await client.get(run)).lastSeq).toBe(first.lastSeq);
  });

  test("Stop may be repeated; the first reason stays", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    await client.stop(run, "first");
    expect(await client.stop(run, "second")).toMatchObject({
      state: RunState.RUN_STATE_STOPPED,
      reason: "first",
    });
    expect((await client.get(run)).endedAt).toBeInstanceOf(Date);
  });

  test("Stop of a completed run answers that it is completed", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop());
    await client.follow(run).end;
    expect((await client.stop(run)).state).toBe(RunState.RUN_STATE_COMPLETED);
  });

  test("Start of a stopped run answers the run as it is", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    await client.stop(run);
    expect(await client.start(run, shop())).toMatchObject({
      created: false,
      state: RunState.RUN_STATE_STOPPED,
    });
  });

  test("a run whose wall time is over fails by a level, not by a numbered event", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs, maxWallMs: 400 }), { speed: 10 });
    const following = client.follow(run, 0, { acknowledge: true });
    expect(await following.end).toBeUndefined();
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_FAILED);
    expect(following.lastLevel?.reason).toMatch(/^LIMIT_EXCEEDED/);
    expect(following.events.some((event) => event.payload?.$case === "failed")).toBe(false);
  });

  test("a run over its bound of simulation events fails by a numbered event", async () => {
    const client = connect();
    const following = await client.undisturbed(shop({ horizonMs: hourMs, maxEvents: 5_000 }));
    expect(following.events.at(-1)?.payload).toMatchObject({
      $case: "failed",
      value: { code: "LIMIT_EXCEEDED" },
    });
    expect(following.lastLevel?.state).toBe(RunState.RUN_STATE_FAILED);
    expect(following.lastLevel?.reason).toMatch(/^LIMIT_EXCEEDED/);
  });
}
