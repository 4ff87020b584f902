import { describe, expect, it } from "vitest";
import { problemsOf } from "../../../src/engine/model/validate.ts";
import { type Broker, Fault, type MetricsSample } from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  calls,
  config,
  constant,
  endless,
  exponential,
  link,
  poisson,
  station,
  work,
} from "./configs.ts";
import { expectExact, replicate, reportOf, run } from "./replications.ts";

const broker: Broker = {
  partitions: 1,
  maxDepth: 0,
  overflow: "reject",
  redeliveryMs: 0,
  maxDeliveries: 0,
  deadLetter: "",
};

/** Users who post to a broker with two groups of consumers: one worker that is busy at 0.8, and a quick archive. */
const posting = (seed: number, more: Partial<Broker> = {}, perSec = 8) =>
  config(
    {
      stations: [
        endless("queue", [work(constant(1))], { broker: { ...broker, ...more } }),
        station("worker", [work(exponential(100))], { queueUnbounded: false }),
        endless("archive", [work(constant(5))]),
      ],
      links: [link("users", "queue"), link("queue", "worker"), link("queue", "archive")],
      sources: [poisson(perSec, "queue")],
    },
    2_000_000,
    { seed, warmupMs: 20_000, sampleIntervalMs: 10_000 },
  );

describe("a broker", () => {
  it("answers its producer when the message is stored, and gives each group a copy", () => {
    const report = reportOf(posting(1));
    expect(report.latency?.maxMs).toBeCloseTo(1, 6);
    const made = report.links.map(({ calls: count }) => count);
    expect(Math.abs((made[1] ?? 0) - (made[0] ?? 0))).toBeLessThan(40);
    expect(Math.abs((made[2] ?? 0) - (made[0] ?? 0))).toBeLessThan(2);
    expect(report.links[1]?.failures).toBe(0);
  });

  it("keeps the backlog that its consumers have no slot for: the queue of an M/M/1", () => {
    const found = replicate(
      16,
      (seed) => posting(seed),
      (report) => ({
        Lq: report.stations[0]?.meanQueue?.mean ?? 0,
        U: report.stations[1]?.utilization?.mean ?? 0,
        rejected: report.stations[1]?.rejected ?? 0,
      }),
    );
    expectExact(found.Lq, 3.2, 0.05);
    expectExact(found.U, 0.8, 0.01);
    expect(found.rejected.mean).toBe(0);
  });

  it("that is full rejects: the loss of an M/M/1 with as many places", () => {
    // Ten waiting and one in work; of eleven places M/M/1 loses (1-r) r^11 / (1-r^12) at r = 0.8, near enough.
    const found = replicate(
      8,
      (seed) => posting(seed, { maxDepth: 10 }),
      (report) => ({
        lost: report.errors / report.requests,
      }),
    );
    const exact = (0.2 * 0.8 ** 11) / (1 - 0.8 ** 12);
    expect(Math.abs(found.lost.mean / exact - 1)).toBeLessThan(0.15);
  });

  it("that drops the oldest refuses nobody, and delivers less", () => {
    const report = reportOf(posting(1, { maxDepth: 10, overflow: "drop-oldest" }, 20));
    expect(report.errors).toBe(0);
    expect((report.links[1]?.calls ?? 0) / report.requests).toBeCloseTo(0.5, 1);
    expect((report.links[2]?.calls ?? 0) / report.requests).toBeCloseTo(1, 2);
  });

  it("that is blocked keeps everything, and delivers it afterwards", () => {
    const made = posting(1);
    const faults = [
      Fault.fromPartial({ id: "f", kind: "queue-block", target: "queue", atMs: 100_000, durationMs: 50_000 }),
    ];
    const windows = run({ ...made, faults }).flatMap(({ payload }): MetricsSample[] =>
      payload?.$case === "sample" ? [payload.value] : [],
    );
    expect(windows[13]?.stations[1]?.arrivalsPerSec).toBe(0);
    expect(windows[13]?.stations[0]?.queueNow).toBeGreaterThan(500);
    expect(windows[13]?.okPerSec).toBeGreaterThan(5);
    expect(windows[16]?.stations[1]?.utilization).toBeCloseTo(1, 6);
    expect(windows[60]?.stations[0]?.queueNow).toBeLessThan(50);
  });

  it("is refused where it needs what is not modelled", () => {
    const bad = posting(1, { partitions: 2, overflow: "block", redeliveryMs: 5, deadLetter: "archive" });
    expect(problemsOf(bad).map(({ code, path }) => `${code} ${path}`)).toEqual([
      "UNSUPPORTED stations[0].broker.partitions",
      "UNSUPPORTED stations[0].broker.overflow",
      "UNSUPPORTED stations[0].broker.redelivery_ms",
      "UNSUPPORTED stations[0].broker.dead_letter",
    ]);
    const calling = posting(1);
    for (const made of calling.stations) {
      if (made.id === "queue") for (const of of made.operations) of.steps = [calls(call("queue>worker"))];
    }
    expect(problemsOf(calling)).toMatchObject([{ code: "RANGE" }]);
  });
});
