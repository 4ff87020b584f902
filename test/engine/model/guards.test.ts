// What keeps load away: rate limits and circuit breakers.
import { describe, expect, it } from "vitest";
import { type Breaker, Fault, type MetricsSample } from "../../../src/gen/architech/engine/v1/engine.ts";
import { call, calls, config, constant, endless, link, poisson, work } from "./configs.ts";
import { reportOf, run } from "./replications.ts";

describe("a rate limit", () => {
  it("lets its rate through, and refuses the rest at once", () => {
    const report = reportOf(
      config(
        {
          stations: [endless("s", [work(constant(1))], { rateLimit: { perSec: 50, burst: 10 } })],
          links: [link("users", "s")],
          sources: [poisson(200, "s")],
        },
        100_000,
      ),
    );
    expect(report.ok).toBeGreaterThan(4_990);
    expect(report.ok).toBeLessThanOrEqual(5_010);
    expect(report.stations[0]?.rejected).toBe(report.errors);
  });

  it("lets a burst through that it has saved up, and no more", () => {
    const report = reportOf(
      config(
        {
          stations: [
            endless("front", [calls(call("front>s", { count: 40, optional: true }))]),
            endless("s", [], { rateLimit: { perSec: 1, burst: 25 } }),
          ],
          links: [link("users", "front"), link("front", "s")],
          sources: [
            poisson(0, "front", {
              kind: { $case: "trace", value: { stepMs: 1, perSec: [1e6, 0], repeat: false } },
            }),
          ],
        },
        900,
      ),
    );
    expect(report.requests).toBeGreaterThan(100);
    expect((report.links[1]?.calls ?? 0) - (report.stations[1]?.rejected ?? 0)).toBe(25);
  });
});

describe("a breaker", () => {
  const breaker: Breaker = {
    failureRatio: 0.5,
    minRequests: 20,
    windowMs: 1_000,
    openMs: 500,
    halfOpenProbes: 3,
  };
  const guarded = {
    ...config(
      {
        stations: [endless("front", [calls(call("front>s"))]), endless("s", [work(constant(1))])],
        links: [link("users", "front"), link("front", "s", { breaker })],
        sources: [
          poisson(0, "front", {
            kind: {
              $case: "open",
              value: { process: "constant", startPerSec: 100, stages: [], burstiness: 0 },
            },
          }),
        ],
      },
      10_000,
    ),
    faults: [Fault.fromPartial({ id: "f", kind: "kill", target: "s", atMs: 4_000, durationMs: 2_000 })],
  };

  it("opens when too many fail, probes, and closes when its callee is well again", () => {
    const events = run(guarded);
    const phases = events.flatMap(({ payload, simTimeMs }) =>
      payload?.$case === "fault" && payload.value.kind === "breaker"
        ? [[simTimeMs, payload.value.value]]
        : [],
    );
    // A hundred a second, a window of a second: half of it has failed half a second after the kill.
    const [opened = []] = phases;
    expect(opened[1]).toBe(1);
    expect(opened[0]).toBeGreaterThan(4_400);
    expect(opened[0]).toBeLessThan(4_600);
    // Open for 500 ms, half open for one probe that fails, and so on until the callee is back.
    expect(phases.map(([, state]) => state)).toEqual([1, 2, 1, 2, 1, 2, 1, 2, 0]);
    expect(phases.at(-1)?.[0]).toBeGreaterThan(6_000);
    expect(phases.at(-1)?.[0]).toBeLessThan(6_700);
    const windows = events.flatMap(({ payload }): MetricsSample[] =>
      payload?.$case === "sample" ? [payload.value] : [],
    );
    expect(windows[5]?.stations[1]?.arrivalsPerSec).toBeLessThan(4);
    expect(windows[5]?.errorPerSec).toBe(100);
    expect(windows[4]?.links[1]?.breaker).toBe(1);
    expect(windows[8]?.okPerSec).toBe(100);
    expect(windows[8]?.links[1]?.breaker).toBe(0);
  });

  it("does not open below its least number of requests", () => {
    const patient = structuredClone(guarded);
    for (const made of patient.links) if (made.breaker !== undefined) made.breaker.minRequests = 101;
    expect(run(patient).filter(({ payload }) => payload?.$case === "fault")).toHaveLength(2);
  });
});
