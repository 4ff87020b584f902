import { describe, expect, it } from "vitest";
import {
  Balance,
  type Event,
  Fault,
  type MetricsSample,
  type SimulationConfig,
  type Source,
} from "../../../src/gen/architech/engine/v1/engine.ts";
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

const fault = (kind: string, target: string, more: Partial<Fault> = {}) =>
  Fault.fromPartial({ id: kind, kind, target, atMs: 4_000, durationMs: 2_000, ...more });

/** Ten windows of a second; the fault is on in the fifth and the sixth. */
const windowsOf = (events: Event[]): MetricsSample[] =>
  events.flatMap(({ payload }) => (payload?.$case === "sample" ? [payload.value] : []));

const phasesOf = (events: Event[]) =>
  events.flatMap(({ payload, simTimeMs }) =>
    payload?.$case === "fault" ? [[simTimeMs, payload.value.faultId, payload.value.phase]] : [],
  );

const withFaults = (made: SimulationConfig, ...faults: Fault[]): SimulationConfig => ({ ...made, faults });

/** 1,000 requests a second, evenly, to a station of four replicas with 10 ms of work. */
function simple(more: Parameters<typeof station>[2] = {}, source: Partial<Source> = {}): SimulationConfig {
  return config(
    {
      stations: [station("s", [work(constant(10))], { replicas: 4, slots: 8, ...more })],
      links: [link("users", "s", { timeoutMs: 500 })],
      sources: [
        poisson(0, "s", {
          kind: {
            $case: "open",
            value: { process: "constant", startPerSec: 1_000, stages: [], burstiness: 0 },
          },
          ...source,
        }),
      ],
    },
    10_000,
    { seed: 3 },
  );
}

describe("kill", () => {
  it("of all replicas fails what they do and what arrives, until they are back", () => {
    const events = run(withFaults(simple(), fault("kill", "s")));
    const windows = windowsOf(events);
    expect(windows[3]?.errorPerSec).toBe(0);
    expect(windows[4]?.okPerSec).toBe(0);
    // Ten were being served when it began: they fail beside the thousand of the window.
    expect(windows[4]?.errorPerSec).toBe(1_010);
    expect(windows[4]?.stations[0]?.replicasUp).toBe(0);
    expect(windows[4]?.stations[0]?.utilization).toBe(0);
    expect(windows[5]?.errorPerSec).toBe(1_000);
    expect(windows[6]?.errorPerSec).toBe(0);
    expect(windows[6]?.okPerSec).toBe(990);
    expect(windows[7]?.okPerSec).toBe(1_000);
    expect(phasesOf(events)).toEqual([
      [4_000, "kill", 1],
      [6_000, "kill", 2],
    ]);
  });

  it.each([Balance.BALANCE_ROUND_ROBIN, Balance.BALANCE_HASH, Balance.BALANCE_CENTRAL_QUEUE])(
    "of one replica leaves the others with its load (balance %i)",
    (balance) => {
      const windows = windowsOf(run(withFaults(simple({ balance }), fault("kill", "s", { replicas: 1 }))));
      expect(windows[4]?.errorPerSec).toBeGreaterThan(0);
      expect(windows[4]?.errorPerSec).toBeLessThan(11);
      expect(windows[5]?.errorPerSec).toBe(0);
      expect(windows[5]?.stations[0]?.replicasUp).toBe(3);
      expect(windows[5]?.stations[0]?.utilization).toBeCloseTo(10 / 24, 2);
      expect(windows[7]?.stations[0]?.utilization).toBeCloseTo(10 / 32, 2);
    },
  );

  it("of a zone takes down the stations that are in it", () => {
    const made = config(
      {
        stations: [
          endless("front", [calls(call("front>a", { optional: true }), call("front>b"))]),
          station("a", [work(constant(1))], { slots: 10, zone: "eu" }),
          station("b", [work(constant(1))], { slots: 10 }),
        ],
        links: [link("users", "front"), link("front", "a"), link("front", "b")],
        sources: [poisson(100, "front")],
      },
      10_000,
    );
    const windows = windowsOf(run(withFaults({ ...made, zones: ["eu"] }, fault("kill", "eu"))));
    expect(windows[4]?.stations.map(({ replicasUp }) => replicasUp)).toEqual([1, 0, 1]);
    expect(windows[4]?.errorPerSec).toBe(0);
    expect(windows[4]?.stations[1]?.errorPerSec).toBeGreaterThan(50);
  });
});

describe("slow, latency, loss, partition, error, fail-first", () => {
  it("slow multiplies the work of its station", () => {
    const windows = windowsOf(run(withFaults(simple(), fault("slow", "s", { amount: 2.5 }))));
    expect(windows[3]?.latency?.maxMs).toBeCloseTo(10, 6);
    expect(windows[5]?.latency?.maxMs).toBeCloseTo(25, 6);
    expect(windows[8]?.latency?.maxMs).toBeCloseTo(10, 6);
  });

  it("two that overlap combine, and leave no trace", () => {
    const faults = [
      fault("slow", "s", { amount: 2 }),
      fault("slow", "s", { id: "more", amount: 3, atMs: 5_000, durationMs: 2_000 }),
    ];
    const windows = windowsOf(run(withFaults(simple({ slots: 40 }), ...faults)));
    const means = windows.map((window) => Math.round(window.latency?.meanMs ?? 0));
    expect(means.slice(3)).toEqual([10, 20, 59, 32, 11, 10, 10]);
  });

  it("latency adds its time each way", () => {
    const windows = windowsOf(run(withFaults(simple(), fault("latency", "users>s", { amount: 7 }))));
    expect(windows[5]?.latency?.maxMs).toBeCloseTo(24, 6);
    expect(windows[8]?.latency?.maxMs).toBeCloseTo(10, 6);
  });

  it("loss makes callers wait for their timeout", () => {
    const windows = windowsOf(run(withFaults(simple(), fault("loss", "users>s", { amount: 0.5 }))));
    expect((windows[5]?.okPerSec ?? 0) / 1_000).toBeCloseTo(0.25, 1);
    expect((windows[5]?.links[0]?.timeoutPerSec ?? 0) / 1_000).toBeCloseTo(0.75, 1);
    expect(windows[8]?.errorPerSec).toBe(0);
  });

  it("a partition between zones stops all that goes between them", () => {
    const made = config(
      {
        stations: [
          endless("front", [calls(call("front>near")), calls(call("front>far", { optional: true }))], {
            zone: "eu",
          }),
          endless("near", [work(constant(1))], { zone: "eu" }),
          endless("far", [work(constant(1))], { zone: "us" }),
        ],
        links: [link("users", "front"), link("front", "near"), link("front", "far", { timeoutMs: 100 })],
        sources: [poisson(100, "front")],
      },
      10_000,
    );
    const zones = ["eu", "us"];
    const cut = fault("partition", "eu", { otherTarget: "us" });
    const windows = windowsOf(run(withFaults({ ...made, zones }, cut)));
    expect(windows[5]?.latency?.maxMs).toBeCloseTo(101, 6);
    expect(windows[5]?.stations[2]?.arrivalsPerSec).toBe(0);
    expect(windows[5]?.stations[1]?.arrivalsPerSec).toBeGreaterThan(50);
    expect(windows[8]?.latency?.maxMs).toBeCloseTo(2, 6);
  });

  it("error fails the part of the requests that it says, at a station or on a link", () => {
    for (const target of ["s", "users>s"]) {
      const windows = windowsOf(run(withFaults(simple(), fault("error", target, { amount: 0.3 }))));
      expect((windows[4]?.errorPerSec ?? 0) / 1_000).toBeCloseTo(0.3, 1);
      expect(windows[8]?.errorPerSec).toBe(0);
    }
  });

  it("fail-first fails exactly so many", () => {
    for (const target of ["s", "users>s"]) {
      expect(reportOf(withFaults(simple(), fault("fail-first", target, { amount: 37 }))).errors).toBe(37);
    }
  });
});

describe("pause", () => {
  it("holds work and queue for its time, and all goes on after it", () => {
    const made = config(
      {
        stations: [station("s", [work(constant(600))], { slots: 4 })],
        links: [link("users", "s")],
        sources: [closed(2, constant(390), "s")],
      },
      10_000,
    );
    const events = run(withFaults(made, fault("pause", "s", { atMs: 2_700, durationMs: 2_000 })));
    const latencies = windowsOf(events).map((window) => Math.round(window.latency?.maxMs ?? 0));
    // Asked at 390, 1,380 and 2,370 ms: the pause finds the third work 330 ms old.
    expect(latencies).toEqual(
      [600, 600, 0, 0, 2_600, 600, 600, 600, 600, 600].map((ms) => expect.closeTo(ms, -1)),
    );
  });
});

describe("traffic", () => {
  it("multiplies the rate of an open source, exactly", () => {
    const windows = windowsOf(run(withFaults(simple(), fault("traffic", "users", { amount: 3 }))));
    expect(windows.map(({ offeredPerSec }) => Math.round(offeredPerSec))).toEqual([
      1_000, 1_000, 1_000, 1_000, 3_000, 3_000, 1_000, 1_000, 1_000, 1_000,
    ]);
  });

  it("multiplies the users of a closed source", () => {
    const made = config(
      {
        stations: [endless("s", [work(constant(10))])],
        links: [link("users", "s")],
        sources: [closed(100, exponential(90), "s")],
      },
      10_000,
    );
    const windows = windowsOf(run(withFaults(made, fault("traffic", "users", { amount: 2 }))));
    const ok = windows.map(({ okPerSec }) => Math.round(okPerSec / 200) / 5);
    expect([ok[3], ok[5], ok[8]]).toEqual([1, 2, 1]);
  });
});

describe("cache-flush and scale", () => {
  it("a flushed cache misses while the fault lasts, then warms up again", () => {
    const made = config(
      {
        stations: [endless("c", [work(constant(1))], { cache: { hitRatio: 1, warmMs: 2_000 } })],
        links: [link("users", "c")],
        sources: [poisson(1_000, "c")],
      },
      10_000,
    );
    const hits = windowsOf(run(withFaults(made, fault("cache-flush", "c", { durationMs: 1_000 })))).map(
      (window) => window.stations[0]?.hitRatio ?? 0,
    );
    expect(hits[3]).toBe(1);
    expect(hits[4]).toBe(0);
    expect(hits[5]).toBeCloseTo(0.25, 1);
    expect(hits[6]).toBeCloseTo(0.75, 1);
    expect(hits[7]).toBe(1);
  });

  it.each([Balance.BALANCE_LEAST_REQUEST, Balance.BALANCE_CENTRAL_QUEUE])(
    "a scaled station has so many replicas for as long, and loses nothing (balance %i)",
    (balance) => {
      for (const amount of [2, 9]) {
        const events = run(withFaults(simple({ balance }), fault("scale", "s", { amount })));
        const windows = windowsOf(events);
        expect(windows[4]?.stations[0]?.replicasUp).toBe(amount);
        expect(windows[5]?.stations[0]?.utilization).toBeCloseTo(10 / (8 * amount), 1);
        expect(windows[7]?.stations[0]?.replicasUp).toBe(4);
        expect(windows.every(({ errorPerSec }) => errorPerSec === 0)).toBe(true);
      }
    },
  );
});

describe("a live fault", () => {
  it("makes the same events as one of the config at the time at which it was applied", () => {
    const made = simple({ queueUnbounded: false, queueCapacity: 4 });
    const live = start(made);
    live.advance(3_333.25, 7_000);
    const early = fault("kill", "s", { id: "early", replicas: 2 });
    const earlyMs = live.inject(early);
    while (live.advance(5_000, 10_000));
    const late = fault("slow", "s", { id: "late", amount: 4 });
    const lateMs = live.inject(late);
    while (live.advance(20_000, 10_000));
    expect(lateMs).toBe(5_000);
    const inConfig = withFaults(made, { ...early, atMs: earlyMs }, { ...late, atMs: lateMs });
    const events = live.take();
    expect(events).toEqual(run(inConfig));
    expect(phasesOf(events)).toHaveLength(4);
  });

  it("that cannot be is refused, and changes nothing", () => {
    const simulation = start(simple());
    expect(() => simulation.inject(fault("flood", "s"))).toThrow("UNSUPPORTED");
    expect(() => simulation.inject(fault("kill", "nobody"))).toThrow("REFERENCE");
    expect(() => simulation.inject(fault("loss", "users>s", { amount: 2 }))).toThrow("RANGE");
    while (simulation.advance(20_000, 100_000));
    expect(() => simulation.inject(fault("kill", "s"))).toThrow("ended");
    expect(simulation.take()).toEqual(run(simple()));
  });
});
