import { describe, expect, it } from "vitest";
import { MAX_LOG_RECORDS } from "../../../src/engine/model/journal.ts";
import type { Event, MetricsSample, Report } from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  call,
  calls,
  closed,
  config,
  constant,
  endless,
  exponential,
  link,
  poisson,
  station,
  work,
} from "./configs.ts";
import { reportOf, run, start } from "./replications.ts";

const mm1 = (perSec: number, horizonMs: number, control = {}) =>
  config(
    {
      stations: [station("s", [work(exponential(1_000))])],
      links: [link("users", "s")],
      sources: [poisson(perSec, "s")],
    },
    horizonMs,
    control,
  );

const samplesOf = (events: Event[]): MetricsSample[] =>
  events.flatMap(({ payload }) => (payload?.$case === "sample" ? [payload.value] : []));
const logsOf = (events: Event[]) =>
  events.flatMap(({ payload }) => (payload?.$case === "log" ? [payload.value.code] : []));

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe("the events of a run", () => {
  it("are numbered from 1, start with a log record and end with the report", () => {
    const events = run(mm1(0.8, 100_000, { warmupMs: 15_000 }));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(logsOf(events).slice(0, 2)).toEqual(["RUN_STARTED", "WARMUP_ENDED"]);
    expect(events.at(-1)?.payload?.$case).toBe("completed");
    expect(events.at(-1)?.simTimeMs).toBe(100_000);
  });

  it("hold a sample at each multiple of the interval, and a shorter one at the end", () => {
    const events = run(mm1(0.8, 10_500, { sampleIntervalMs: 2_000 }));
    const at = events.flatMap(({ payload, simTimeMs }) => (payload?.$case === "sample" ? [simTimeMs] : []));
    expect(at).toEqual([2_000, 4_000, 6_000, 8_000, 10_000, 10_500]);
    expect(samplesOf(events).map(({ windowMs }) => windowMs)).toEqual([
      2_000, 2_000, 2_000, 2_000, 2_000, 500,
    ]);
  });

  it("count in their windows what the report counts in all, without the warm-up", () => {
    const whole = run(mm1(0.8, 100_000));
    const sum = samplesOf(whole).reduce(
      (total, { okPerSec, windowMs }) => total + (okPerSec * windowMs) / 1_000,
      0,
    );
    const report = (events: Event[]) => events.at(-1)?.payload;
    expect(report(whole)).toMatchObject({ value: { report: { ok: Math.round(sum) } } });
    // A warm-up that ends in the middle of a window leaves out the first part of it.
    const cut = run(mm1(0.8, 100_000, { warmupMs: 15_000 }));
    expect(samplesOf(cut)).toEqual(samplesOf(whole));
    const later = run(mm1(0.8, 100_000, { warmupMs: 15_000, sampleIntervalMs: 5_000 }));
    expect(report(cut)).toEqual(report(later));
  });

  it("say once that a station is saturated and that its queue is full", () => {
    const bounded = mm1(5, 100_000);
    for (const made of bounded.stations) Object.assign(made, { queueUnbounded: false, queueCapacity: 3 });
    expect(logsOf(run(bounded))).toEqual(["RUN_STARTED", "QUEUE_FULL", "SATURATED"]);
  });

  it("stay few in log records whatever happens", () => {
    const ids = Array.from({ length: 700 }, (_, i) => `s${i}`);
    const events = run(
      config(
        {
          stations: ids.map((id) => station(id, [work(constant(1_000))], { queueUnbounded: false })),
          links: ids.map((id) => link(`to-${id}`, id, { timeoutMs: 10 })),
          sources: ids.map((id) => poisson(300, id, { id: `to-${id}`, targetLink: `to-${id}>${id}` })),
        },
        100,
        { sampleIntervalMs: 100 },
      ),
    );
    expect(logsOf(events)).toHaveLength(MAX_LOG_RECORDS);
  });
});

describe("a run without a single request", () => {
  it("reports zeros and no number that is not finite", () => {
    const events = run(mm1(0, 1_000));
    expect(numbersIn(events).every(Number.isFinite)).toBe(true);
    const report = reportOf(mm1(0, 1_000));
    expect(report).toMatchObject({ requests: 0, ok: 0, errors: 0, bottleneck: "", maxSustainablePerSec: 0 });
  });

  it("of no station at all completes", () => {
    expect(reportOf(config({ stations: [], links: [], sources: [] }, 1_000)).requests).toBe(0);
  });
});

describe("the report", () => {
  it("has an interval that holds the exact value, and knows the bottleneck and what it could carry", () => {
    const report = reportOf(mm1(0.8, 400_000_000, { warmupMs: 2_000_000 }));
    const { mean = 0, halfWidth95 = 0, n, steady } = report.meanLatencyMs ?? {};
    expect(Math.abs(mean - 5_000)).toBeLessThan(halfWidth95);
    expect(halfWidth95 / mean).toBeLessThan(0.05);
    expect([n, steady]).toEqual([32, true]);
    expect(report.bottleneck).toBe("s");
    expect(report.maxSustainablePerSec).toBeCloseTo(1, 1);
  });

  it("sees that a saturated station is not steady, and what it could carry all the same", () => {
    const report = reportOf(mm1(2, 1_000_000));
    expect(report.meanLatencyMs?.steady).toBe(false);
    expect(report.stations[0]?.utilization?.mean).toBeCloseTo(1, 2);
    expect(report.maxSustainablePerSec).toBeCloseTo(1, 1);
  });

  it("names the callee as bottleneck, not the callers whose slots it holds", () => {
    const report: Report = reportOf(
      config(
        {
          stations: [
            station("front", [work(constant(0.1)), calls(call("front>db"))]),
            station("db", [work(exponential(10))]),
          ],
          links: [link("users", "front"), link("front", "db")],
          sources: [poisson(200, "front")],
        },
        20_000,
      ),
    );
    expect(report.bottleneck).toBe("db");
  });

  it("adds up what replicas and requests cost", () => {
    const made = mm1(0.5, 3_600_000);
    for (const of of made.stations)
      Object.assign(of, { costPerReplicaHour: 2, costPerMillionRequests: 1_000_000 });
    const report = reportOf(made);
    expect(report.totalCost).toBeCloseTo(2 + (report.links[0]?.calls ?? 0), 6);
  });
});

describe("limits", () => {
  it("end the run with a failure that has the report so far", () => {
    const simulation = start(mm1(1, 10_000_000, { maxEvents: 10_000 }));
    while (simulation.advance(Number.POSITIVE_INFINITY, 777));
    const last = simulation.take().at(-1)?.payload;
    expect(simulation.processed).toBe(10_000);
    expect(last).toMatchObject({ $case: "failed", value: { code: "LIMIT_EXCEEDED", retryable: false } });
    expect(last?.$case === "failed" && (last.value.partial?.requests ?? 0)).toBeGreaterThan(2_000);
  });

  it("stop users who think no time and are served in none", () => {
    const made = config(
      {
        stations: [endless("s", [])],
        links: [link("users", "s")],
        sources: [closed(1, constant(0), "s")],
      },
      1_000,
      { maxEvents: 5_000 },
    );
    expect(run(made).at(-1)?.payload).toMatchObject({ $case: "failed", value: { code: "LIMIT_EXCEEDED" } });
  });

  it("bound the requests in flight", () => {
    const events = run(mm1(10, 1_000_000, { maxInFlight: 50 }));
    expect(events.at(-1)?.payload).toMatchObject({ $case: "failed", value: { code: "LIMIT_EXCEEDED" } });
    expect(numbersIn(events).every(Number.isFinite)).toBe(true);
  });
});

describe("a simulation", () => {
  it("stands where it was advanced to", () => {
    const simulation = start(mm1(0.8, 100_000));
    expect(simulation.nowMs).toBe(0);
    expect(simulation.advance(1_234.5, 1_000)).toBe(false);
    expect(simulation.nowMs).toBe(1_234.5);
    expect(simulation.advance(1_000, 1_000)).toBe(false);
    expect(simulation.nowMs).toBe(1_234.5);
    expect(simulation.advance(90_000, 5)).toBe(true);
    expect(simulation.nowMs).toBeLessThan(90_000);
    while (simulation.advance(200_000, 1_000));
    expect(simulation.nowMs).toBe(100_000);
    expect(simulation.ended).toBe(true);
  });

  it("that is failed from outside ends there, once", () => {
    const simulation = start(mm1(0.8, 100_000, { warmupMs: 50_000 }));
    simulation.advance(20_000, 100_000);
    simulation.fail("INTERNAL", "enough");
    simulation.fail("INTERNAL", "again");
    const events = simulation.take();
    expect(events.at(-1)).toMatchObject({ simTimeMs: 20_000, payload: { value: { message: "enough" } } });
    expect(numbersIn(events).every(Number.isFinite)).toBe(true);
    expect(simulation.advance(200_000, 1_000)).toBe(false);
    expect(simulation.take()).toEqual([]);
  });

  it("is not made from a config with an error", () => {
    expect(() => start(mm1(Number.NaN, 1_000))).toThrow("RANGE sources[0].open.start_per_sec");
  });
});
