// Laws that hold for every design, without assumptions, on random ones.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Discipline,
  Event,
  type MetricsSample,
  type Report,
  type SimulationConfig,
} from "../../../src/gen/architech/engine/v1/engine.ts";
import { anyConfig, anyFaultyConfig, HORIZON_MS } from "./any-config.ts";
import { config, constant, link, poisson, station, work } from "./configs.ts";
import { reportOf, run, start } from "./replications.ts";

const RUNS = { numRuns: 100, seed: 20_260_101 };

const samplesOf = (events: Event[]): MetricsSample[] =>
  events.flatMap(({ payload }) => (payload?.$case === "sample" ? [payload.value] : []));

/** A rate's total over all windows. */
const total = (samples: MetricsSample[], perSec: (sample: MetricsSample) => number) =>
  Math.round(samples.reduce((sum, sample) => sum + (perSec(sample) * sample.windowMs) / 1_000, 0));

/** All numbers anywhere in a value. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

const withoutWarmup = (made: SimulationConfig): SimulationConfig => ({
  ...made,
  control: made.control && { ...made.control, warmupMs: 0 },
});

describe("on any config", () => {
  it("what came in has gone out once all is at rest: at the sources, the stations and the links", () => {
    fc.assert(
      fc.property(anyFaultyConfig, (made) => {
        const samples = samplesOf(run(made));
        const last = samples.at(-1);
        expect(last?.inFlight).toBe(0);
        expect(total(samples, (s) => s.offeredPerSec)).toBe(
          total(samples, (s) => s.okPerSec) + total(samples, (s) => s.errorPerSec),
        );
        for (const i of made.stations.keys()) {
          const of = (perSec: (sample: MetricsSample["stations"][number]) => number) =>
            total(samples, (s) => (s.stations[i] === undefined ? 0 : perSec(s.stations[i])));
          expect(of((s) => s.arrivalsPerSec)).toBe(of((s) => s.throughputPerSec) + of((s) => s.rejectPerSec));
          expect(last?.stations[i]?.queueNow).toBe(0);
        }
        for (const i of made.links.keys()) expect(last?.links[i]?.inFlight).toBe(0);
      }),
      RUNS,
    );
  });

  it("Little's law holds at every station: the number there is the rate times the time there", () => {
    fc.assert(
      fc.property(anyConfig.map(withoutWarmup), (made) => {
        const report = reportOf(made);
        for (const [i, station] of report.stations.entries()) {
          const of = made.stations[i];
          // Where nothing holds a slot, or only its work, the report does not tell how many are there.
          const untold = [Discipline.DISCIPLINE_INFINITE, Discipline.DISCIPLINE_PROCESSOR_SHARING];
          if (of === undefined || untold.some((discipline) => discipline === of.discipline)) continue;
          const busy = (station.utilization?.mean ?? 0) * of.replicas * of.slots;
          const present = (busy + (station.meanQueue?.mean ?? 0)) * HORIZON_MS;
          const ended = ((station.throughputPerSec?.mean ?? 0) * HORIZON_MS) / 1_000;
          expect(present).toBeCloseTo(ended * (station.residence?.meanMs ?? 0), 3);
        }
      }),
      RUNS,
    );
  });

  it("the report and the samples are finite, and the requests are those that ended well or badly", () => {
    fc.assert(
      fc.property(anyFaultyConfig, (made) => {
        const events = run(made);
        expect(numbersIn(events).every(Number.isFinite)).toBe(true);
        const report = reportOf(made);
        expect(report.requests).toBe(report.ok + report.errors);
        for (const part of reportOf(withoutWarmup(made)).links) {
          expect(part.attempts).toBeLessThanOrEqual(part.calls + part.retries);
        }
      }),
      RUNS,
    );
  });

  it("events do not depend on how the run is cut into slices", () => {
    const slices = fc.array(
      fc.record({
        ms: fc.double({ min: 20, max: 5_000, noNaN: true }),
        events: fc.integer({ min: 20, max: 900 }),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(anyFaultyConfig, slices, (made, cuts) => {
        const simulation = start(made);
        const events: Event[] = [];
        for (let i = 0; !simulation.ended; i++) {
          const cut = cuts[i % cuts.length] ?? { ms: 1, events: 1 };
          const untilMs = simulation.nowMs + cut.ms + 1;
          while (simulation.advance(untilMs, cut.events + 1)) events.push(...simulation.take());
          expect(simulation.ended || simulation.nowMs === untilMs).toBe(true);
        }
        events.push(...simulation.take());
        expect(bytesOf(events).equals(bytesOf(run(made)))).toBe(true);
        expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
      }),
      { ...RUNS, numRuns: 40 },
    );
  });

  it("the order of the parts changes nothing, nor does a station that nobody calls", () => {
    fc.assert(
      fc.property(anyConfig, (made) => {
        const other = {
          ...made,
          stations: [station("alone", [work(constant(1))]), ...made.stations].reverse(),
          links: [...made.links].reverse(),
        };
        const byId = (report: Report) => ({
          ...report,
          stations: Object.fromEntries(report.stations.map((part) => [part.id, part])),
          links: Object.fromEntries(report.links.map((part) => [part.id, part])),
        });
        const found = byId(reportOf(other));
        delete found.stations.alone;
        expect(found).toEqual(byId(reportOf(made)));
      }),
      RUNS,
    );
  });

  it("doubling all rates and halving all times halves all latencies", () => {
    fc.assert(
      fc.property(anyConfig.map(withoutWarmup), (made) => {
        const slow = reportOf(made);
        const fast = reportOf(halved(made));
        expect(fast.requests).toBe(slow.requests);
        expect(fast.ok).toBe(slow.ok);
        for (const name of ["meanMs", "maxMs", "p50Ms", "p99Ms"] as const) {
          expect(2 * (fast.latency?.[name] ?? 0)).toBeCloseTo(slow.latency?.[name] ?? 0, 6);
        }
        expect(2 * fast.wastedWorkMs).toBeCloseTo(slow.wastedWorkMs, 3);
      }),
      RUNS,
    );
  });
});

describe("a station of constant service", () => {
  it("is busy for the requests it served times their service, over its slots", () => {
    const report = reportOf(
      config(
        {
          stations: [station("s", [work(constant(7))], { slots: 2, replicas: 2 })],
          links: [link("users", "s")],
          sources: [poisson(300, "s")],
        },
        100_000,
      ),
    );
    const { utilization, throughputPerSec } = report.stations[0] ?? {};
    expect(utilization?.mean).toBeCloseTo(((throughputPerSec?.mean ?? 0) * 0.007) / 4, 3);
  });
});

const bytesOf = (events: Event[]) => Buffer.concat(events.map((event) => Event.encode(event).finish()));

/** The same config with time running twice as fast. */
function halved(made: SimulationConfig): SimulationConfig {
  const text = JSON.stringify(made, (key, value) => {
    if (typeof value === "number" && key.endsWith("Ms")) return value / 2;
    if (key === "startPerSec" || key === "bandwidthMbps") return value * 2;
    if (value?.$case === "constantMs" || value?.$case === "exponentialMeanMs") {
      return { ...value, value: value.value / 2 };
    }
    // The stages of an open source are rates; those of a closed one, in `users`, are not.
    if (key !== "stages") return value;
    return value.map((stage: { target: number }) => ({ ...stage, target: 2 * stage.target }));
  });
  return JSON.parse(text);
}
