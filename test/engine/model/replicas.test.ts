// Replicas that come and go by themselves: failures and repairs, autoscaling.
import { describe, expect, it } from "vitest";
import {
  type Autoscale,
  Balance,
  type Event,
  type MetricsSample,
  type Station,
} from "../../../src/gen/architech/engine/v1/engine.ts";
import { config, constant, exponential, link, poisson, station, work } from "./configs.ts";
import { expectExact, replicate, run } from "./replications.ts";

const samplesOf = (events: Event[]): MetricsSample[] =>
  events.flatMap(({ payload }) => (payload?.$case === "sample" ? [payload.value] : []));

describe("failures and repairs", () => {
  it.each([Balance.BALANCE_RANDOM, Balance.BALANCE_CENTRAL_QUEUE])(
    "leave the availability mtbf / (mtbf + mttr) of each replica (balance %i)",
    (balance) => {
      const make = (replicas: number) => (seed: number) =>
        config(
          {
            stations: [
              station("s", [work(constant(1))], {
                replicas,
                slots: 10,
                mtbfMs: 9_000,
                mttrMs: 1_000,
                balance,
              }),
            ],
            links: [link("users", "s")],
            sources: [poisson(5, "s")],
          },
          20_000_000,
          { seed },
        );
      const failed = (replicas: number) =>
        replicate(6, make(replicas), (report) => ({ failed: report.errors / report.requests })).failed;
      // Of one replica a tenth of the time is lost; of two both are down a hundredth of it. Beside it the
      // requests fail that a replica was working on when it failed: one in 9,000 ms / 1 ms.
      expectExact(failed(1), 0.1 + 0.9 / 9_000, 0.02);
      expectExact(failed(2), 0.01 + 0.99 / 9_000, 0.05);
    },
  );
});

describe("an autoscaler", () => {
  const scaled = (autoscale: Autoscale, more: Partial<Station>, stages: [number, number][]) =>
    config(
      {
        stations: [station("s", [work(exponential(100))], { autoscale, ...more })],
        links: [link("users", "s")],
        sources: [
          poisson(0, "s", {
            kind: {
              $case: "open",
              value: {
                process: "poisson",
                startPerSec: stages[0]?.[1] ?? 0,
                burstiness: 0,
                stages: stages.flatMap(([durationMs, target]) => [
                  { durationMs: 0, target },
                  { durationMs, target },
                ]),
              },
            },
          }),
        ],
      },
      600_000,
      { sampleIntervalMs: 10_000 },
    );

  it("has as many replicas as bring the utilization to its target, and steps back after a while", () => {
    const autoscale = {
      min: 1,
      max: 50,
      targetUtilization: 0.5,
      intervalMs: 5_000,
      tolerance: 0.1,
      upDelayMs: 2_000,
      downStabilizationMs: 60_000,
    };
    // 100 requests a second of 100 ms are 10 busy slots: 5 replicas of 4 slots at 0.5; then 20 a second.
    const events = run(
      scaled(autoscale, { replicas: 1, slots: 4 }, [
        [300_000, 100],
        [300_000, 20],
      ]),
    );
    const up = samplesOf(events).map(({ stations }) => stations[0]?.replicasUp ?? 0);
    expect(up[0]).toBeGreaterThanOrEqual(2);
    expect(up.slice(10, 30).every((replicas) => replicas >= 5 && replicas <= 6)).toBe(true);
    expect(up[34]).toBeGreaterThanOrEqual(5);
    expect(up.slice(40).every((replicas) => replicas <= 2)).toBe(true);
    expect(samplesOf(events)[25]?.stations[0]?.utilization).toBeCloseTo(0.5, 0);
    const phases = events.filter(
      ({ payload }) => payload?.$case === "fault" && payload.value.kind === "autoscale",
    );
    expect(phases.length).toBeGreaterThan(2);
  });

  it("never leaves its bounds", () => {
    const autoscale = {
      min: 2,
      max: 3,
      targetUtilization: 0.5,
      intervalMs: 1_000,
      tolerance: 0,
      upDelayMs: 0,
      downStabilizationMs: 0,
    };
    const events = run(
      scaled(autoscale, { replicas: 2, slots: 1, queueUnbounded: false }, [
        [300_000, 100],
        [300_000, 0],
      ]),
    );
    const up = samplesOf(events).map(({ stations }) => stations[0]?.replicasUp ?? 0);
    expect(new Set(up)).toEqual(new Set([2, 3]));
    expect(up.at(-1)).toBe(2);
  });

  it("on demand starts an instance for each request that finds none, and ends those not needed", () => {
    const autoscale = {
      min: 0,
      max: 1_000,
      targetUtilization: 1,
      intervalMs: 0,
      tolerance: 0,
      upDelayMs: 300,
      downStabilizationMs: 30_000,
    };
    const functions = { replicas: 1, slots: 1, balance: Balance.BALANCE_CENTRAL_QUEUE };
    const samples = samplesOf(
      run(
        scaled(autoscale, functions, [
          [300_000, 50],
          [300_000, 0],
        ]),
      ),
    );
    // A cold start for some at first, hardly any later: five busy instances on average, never many more than 20.
    expect(samples[0]?.stations[0]?.waitMs).toBeGreaterThan(samples[20]?.stations[0]?.waitMs ?? 0);
    expect(samples[20]?.stations[0]?.waitMs).toBeLessThan(5);
    expect(samples[20]?.stations[0]?.replicasUp).toBeGreaterThan(8);
    expect(samples[20]?.stations[0]?.replicasUp).toBeLessThan(25);
    expect(samples.at(-1)?.stations[0]?.replicasUp).toBe(0);
    expect(samples.every(({ errorPerSec }) => errorPerSec === 0)).toBe(true);
  });
});
