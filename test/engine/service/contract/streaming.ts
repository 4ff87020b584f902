import { createHash } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { Event, RunState } from "../../../../src/gen/architech/engine/v1/engine.ts";
import { hourMs, shop } from "../configs.ts";
import { refusalOf } from "../contract-client.ts";
import { session } from "./session.ts";

export function streaming(addressOf: () => string): void {
  const { client: connect } = session(addressOf);

  test("events are numbered from 1 without holes, and their times never go back", async () => {
    const following = await connect().undisturbed(shop());
    expect(following.events.map((event) => event.seq)).toEqual(following.events.map((_, index) => index + 1));
    const times = following.events.map((event) => event.simTimeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.length).toBeGreaterThanOrEqual(60);
  });

  test("the stream ends with OK after the terminal event, whose level says COMPLETED", async () => {
    const following = await connect().undisturbed(shop());
    expect(await following.end).toBeUndefined();
    const kinds = following.events.map((event) => event.payload?.$case);
    expect(kinds.indexOf("completed")).toBe(kinds.length - 1);
    expect(following.lastLevel).toMatchObject({
      state: RunState.RUN_STATE_COMPLETED,
      atSeq: following.lastSeq,
      simTimeMs: 60_000,
      progress: { fraction: 1 },
    });
  });

  test("the first batch comes at once and carries the state, also where no event is", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    const following = client.follow(run);
    await following.until(({ batches }) => batches.length > 0);
    expect(following.batches[0]?.level).toBeDefined();
    expect(following.batches[0]?.events).toEqual([]);
  });

  test("each batch has the rolling digest of its last event", async () => {
    const client = connect();
    const following = await client.undisturbed(shop());
    const digests = rollingDigests(following.events);
    let seq = 0;
    for (const batch of following.batches) {
      seq = batch.events.at(-1)?.seq ?? seq;
      expect(Buffer.from(batch.rollingDigest).toString("hex")).toBe(digests[seq]);
    }
  });

  test("a level is the state after the events of its batch, or speaks of events still to come", async () => {
    const following = await connect().undisturbed(shop());
    let seq = 0;
    for (const { events, level } of following.batches) {
      seq = events.at(-1)?.seq ?? seq;
      if (level !== undefined) expect(level.atSeq).toBeGreaterThanOrEqual(seq);
      if (level?.state === RunState.RUN_STATE_COMPLETED) expect(seq).toBeLessThanOrEqual(following.lastSeq);
    }
  });

  test("after_seq resumes anywhere among the unacknowledged events, during the run and after its end", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: 30_000 }));
    const first = client.follow(run);
    await first.end;
    for (const afterSeq of [0, 1, 17, first.lastSeq - 1, first.lastSeq]) {
      const again = client.follow(run, afterSeq);
      expect(await again.end).toBeUndefined();
      expect(again.encoded).toEqual(first.encoded.slice(afterSeq));
      expect(again.digest).toEqual(first.digest);
      expect(again.lastLevel?.state).toBe(RunState.RUN_STATE_COMPLETED);
    }
  });

  test("a stream without new events has the digest at after_seq", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 100 });
    const first = client.follow(run);
    await first.until(({ lastSeq }) => lastSeq >= 3);
    await client.pause(run);
    await first.untilState(RunState.RUN_STATE_PAUSED);
    await client.acknowledge(run, first.lastSeq);
    const again = client.follow(run, first.lastSeq);
    await again.until(({ batches }) => batches.length > 0);
    expect(again.batches[0]?.events).toEqual([]);
    expect(again.digest).toEqual(first.digest);
  });

  test("events that were acknowledged are out of range, and the refusal names the oldest", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop());
    const following = client.follow(run);
    await following.end;
    await client.acknowledge(run, 10);
    const error = await client.follow(run, 9).end;
    expect(error?.code).toBe(status.OUT_OF_RANGE);
    expect(error?.metadata.get("engine-oldest-seq")).toEqual(["11"]);
    expect((await client.get(run)).firstSeq).toBe(11);
    const again = client.follow(run, 10);
    await again.end;
    expect(again.events[0]?.seq).toBe(11);
  });

  test("a position beyond the newest event is invalid", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop(), { startPaused: true });
    expect((await client.follow(run, 1).end)?.code).toBe(status.INVALID_ARGUMENT);
  });

  test("an unknown run is not found", async () => {
    const client = connect();
    expect((await client.follow(client.newRun()).end)?.code).toBe(status.NOT_FOUND);
    expect(await refusalOf(client.acknowledge(client.newRun(), 0))).toMatchObject({ code: status.NOT_FOUND });
  });

  test.each([
    ["an equal token", 1],
    ["a higher token", 2],
  ])("a newer stream with %s ends the older one with ABORTED and misses nothing", async (_, fencingToken) => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 100 });
    const older = client.follow(run);
    await older.until(({ lastSeq }) => lastSeq >= 3);
    const newer = client.follow(run, 3, { fencingToken });
    expect((await older.end)?.code).toBe(status.ABORTED);
    await newer.until(({ lastSeq }) => lastSeq >= older.lastSeq + 2);
    expect(newer.events.map((event) => event.seq)).toEqual(newer.events.map((_, index) => index + 4));
  });

  test("a stream that its reader cancels leaves the run alone", async () => {
    const client = connect();
    const run = client.newRun();
    await client.start(run, shop({ horizonMs: hourMs }), { speed: 100 });
    const first = client.follow(run);
    await first.until(({ lastSeq }) => lastSeq >= 2);
    first.cancel();
    await first.end;
    const second = client.follow(run, 0);
    await second.until(({ lastSeq }) => lastSeq >= 4);
    expect(second.encoded.slice(0, 2)).toEqual(first.encoded.slice(0, 2));
  });

  test("a reader that takes nothing slows no other run", async () => {
    const client = connect();
    const stalled = client.newRun();
    await client.start(stalled, shop({ horizonMs: hourMs }));
    client.follow(stalled).stream.pause();
    const other = await client.undisturbed(shop());
    expect(other.lastLevel?.state).toBe(RunState.RUN_STATE_COMPLETED);
  });
}

/** In hexadecimal, index = seq. */
function rollingDigests(events: readonly Event[]): string[] {
  const digests = [Buffer.alloc(32)];
  for (const event of events) {
    const before = digests.at(-1) ?? Buffer.alloc(32);
    digests.push(createHash("sha256").update(before).update(Event.encode(event).finish()).digest());
  }
  return digests.map((digest) => digest.toString("hex"));
}
