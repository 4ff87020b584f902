import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import { shop } from "../configs.ts";
import { refusalOf } from "../contract-client.ts";
import { session } from "./session.ts";

export function windowAndOwner(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test("a full window of unacknowledged events holds the run; Acknowledge lets it go on", async () => {
    const client = connect();
    const { windowEvents } = await client.capabilities();
    const config = shop({ horizonMs: (3 * windowEvents + 10) * 1_000 });
    const run = client.newRun();
    await client.start(run, config);
    const following = client.follow(run);
    await following.until(({ lastSeq }) => lastSeq >= windowEvents);
    const full = await client.get(run);
    // A slice may pass the bound by a few events.
    expect(full.lastSeq).toBeLessThan(windowEvents + 64);
    for (let asked = 0; asked < 50; asked++) {
      expect(await client.get(run)).toMatchObject({ lastSeq: full.lastSeq, simTimeMs: full.simTimeMs });
    }
    await client.acknowledge(run, 5);
    await following.until(({ lastSeq }) => lastSeq > full.lastSeq);
    const rest = client.follow(run, following.lastSeq, { acknowledge: true });
    await client.acknowledge(run, following.lastSeq);
    await rest.end;
    const undisturbed = await client.undisturbed(config);
    const seen = following.events.length;
    expect([...following.encoded, ...rest.encoded].slice(0, seen)).toEqual(
      undisturbed.encoded.slice(0, seen),
    );
    expect(rest.digest).toEqual(undisturbed.digest);
  });

  test("Acknowledge drops what is held, may be repeated, and never goes back", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop());
    await client.follow(run).end;
    for (const [upToSeq, firstSeq] of [
      [10, 11],
      [10, 11],
      [4, 11],
      [20, 21],
    ] as const) {
      await client.acknowledge(run, upToSeq);
      expect((await client.get(run)).firstSeq).toBe(firstSeq);
    }
  });

  test("a run whose events are all acknowledged keeps none, and its end can still be read", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop());
    const following = client.follow(run);
    await following.end;
    await client.acknowledge(run, following.lastSeq);
    expect(await client.get(run)).toMatchObject({
      firstSeq: following.lastSeq + 1,
      lastSeq: following.lastSeq,
    });
    const again = client.follow(run, following.lastSeq);
    expect(await again.end).toBeUndefined();
    expect(again.lastLevel?.state).toBe(RunState.RUN_STATE_COMPLETED);
    expect(again.digest).toEqual(following.digest);
  });

  test("an event that does not exist cannot be acknowledged", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    expect((await refusalOf(client.acknowledge(run, 1))).code).toBe(status.INVALID_ARGUMENT);
  });

  test("a run without a sign of life from its owner ends itself", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true, orphanTimeoutMs: 300 });
    const following = client.follow(run);
    expect(await following.end).toBeUndefined();
    expect(following.lastLevel).toMatchObject({ state: RunState.RUN_STATE_STOPPED, reason: "orphaned" });
  });

  test("an attached stream alone is no sign of life, an Acknowledge is one", async () => {
    const client = connect();
    const kept = client.newRun();
    const left = client.newRun();
    await client.start(kept, shop(), { startPaused: true, orphanTimeoutMs: 2_000 });
    await client.start(left, shop(), { startPaused: true, orphanTimeoutMs: 2_000 });
    const following = client.follow(left);
    let ended = false;
    const end = following.end.then(() => {
      ended = true;
    });
    // Acknowledging all the while, the kept run outlives the other by more than its own timeout.
    const until = async (over: () => boolean) => {
      while (!over()) await client.acknowledge(kept, 0);
    };
    await until(() => ended);
    await end;
    const endedAt = performance.now();
    await until(() => performance.now() - endedAt > 1_000);
    expect((await client.get(kept)).state).toBe(RunState.RUN_STATE_PAUSED);
    expect((await client.get(left)).state).toBe(RunState.RUN_STATE_STOPPED);
  });
}
