// What is drawn, without a terminal.
import { describe, expect, it } from "vitest";
import type { Simulation } from "../../src/cli/answers.ts";
import type { Metrics } from "../../src/cli/events.ts";
import { matchId } from "../../src/cli/find.ts";
import { Pace } from "../../src/cli/pace.ts";
import { Picture } from "../../src/cli/picture.ts";
import { bar } from "../../src/cli/view/bar.ts";
import { clock, latency, percent, short } from "../../src/cli/view/numbers.ts";
import { colours, noColours } from "../../src/cli/view/paint.ts";
import { clip, plain, width, wrap } from "../../src/cli/view/text.ts";
import { watchScreen } from "../../src/cli/view/watch-screen.ts";

const simulation: Simulation = {
  __typename: "Simulation",
  id: "01a20c7b-ed2d-7059-9d50-8312ac909b0c",
  designId: "web-shop",
  designName: "Web shop",
  designRevision: 1,
  projectId: "p",
  userId: "u",
  status: "RUNNING",
  desiredStatus: "RUNNING",
  failure: null,
  progress: 0.5,
  simulatedTime: 50,
  duration: 100,
  speed: 10,
  desiredSpeed: 10,
  seed: 1,
  attempt: 1,
  lastSeq: 9,
  labels: {},
  staleReason: null,
  waiting: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  startTime: "2026-01-01T00:00:01.000Z",
  endTime: null,
};

function metrics(seq: number, count: number): Metrics {
  const components = Array.from({ length: count }, (_, at) => ({
    componentId: `c${at}`,
    arrivals: 1,
    throughput: 1,
    utilization: at / count,
    queueLength: 0,
    queueMax: 0,
    errorRate: 0,
    rejected: 0,
    replicas: 1,
    hitRatio: null,
    latencyMean: 0.01,
    latencyP50: 0.01,
    latencyP95: 0.02,
    latencyP99: 0.03,
  }));
  return {
    __typename: "MetricsSampled",
    seq,
    at: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
    simulatedTime: seq * 10,
    simulation,
    progress: 0.5,
    window: 1,
    offered: 100,
    throughput: 99,
    errorRate: 0.01,
    inFlight: 3,
    latencyMean: 0.01,
    latencyP50: 0.01,
    latencyP95: 0.02,
    latencyP99: 0.03,
    latencyMax: 0.1,
    components,
  };
}

describe("the watch screen", () => {
  const nowMs = Date.UTC(2026, 0, 1, 0, 0, 11);

  it.each([
    [80, 24, 40],
    [40, 10, 7],
    [20, 5, 3],
    [120, 50, 13],
  ])("fits %i × %i with %i components", (columns, rows, count) => {
    const picture = new Picture(simulation);
    picture.take(metrics(3, count));
    for (const paint of [noColours, colours]) {
      const lines = watchScreen(picture, { columns, rows, paint, nowMs });
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(columns);
    }
  });

  it("says how long it took and will take, and keeps the busiest where not all fit", () => {
    const picture = new Picture(simulation);
    picture.take(metrics(3, 40));
    picture.take(metrics(5, 40));
    const text = watchScreen(picture, { columns: 120, rows: 20, paint: noColours, nowMs }).join("\n");
    expect(text).toContain("0:10 wall  about 0:05 left");
    expect(text).toMatch(/^c39 /m);
    expect(text).not.toMatch(/^c0 /m);
    expect(text).toMatch(/^and \d+ less busy$/m);
  });

  it("says that the connection is away", () => {
    const picture = new Picture(simulation);
    picture.cut = "nothing listens there";
    const lines = watchScreen(picture, { columns: 120, rows: 20, paint: noColours, nowMs });
    expect(lines.at(-1)).toMatch(/^reconnecting \(nothing listens there\)/);
  });
});

describe("text of others", () => {
  it("cannot steer the terminal", () => {
    expect(plain("a\u001b[2Jb\u0007c\nd\u202ee")).toBe("ab c d e");
  });

  it("is measured and cut by what it takes on the screen", () => {
    expect([width("abc"), width("日本"), width("e\u0301"), width(colours.bad("x"))]).toEqual([3, 4, 1, 1]);
    expect(clip("abcdef", 4)).toBe("abc…");
    expect(width(clip("日本語", 4))).toBeLessThanOrEqual(4);
    expect(clip(colours.bad("abcdef"), 3)).toBe(colours.bad("ab…"));
    expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  });
});

describe("numbers", () => {
  it("are short, and keep their unit", () => {
    expect([0, 0.123, 1.234, 12.34, 123.4, 1234].map(short)).toEqual([
      "0",
      "0.123",
      "1.23",
      "12.3",
      "123",
      "1,234",
    ]);
    expect([0, 0.00005, 0.0123, 1.5].map(latency)).toEqual(["0 ms", "50.0 µs", "12.3 ms", "1.50 s"]);
    expect([0, 0.0001, 0.5, 0.9999, 1].map(percent)).toEqual(["0 %", "<0.1 %", "50.0 %", ">99.9 %", "100 %"]);
    expect([7, 754, 3723].map(clock)).toEqual(["0:07", "12:34", "1:02:03"]);
  });

  it("as bars are as wide as asked, whatever the number", () => {
    for (const part of [-1, 0, 0.01, 0.5, 0.999, 1, 7, Number.NaN]) expect(width(bar(part, 10))).toBe(10);
    expect(bar(0.5, 4)).toBe("██░░");
  });
});

describe("the pace", () => {
  it("is that of the last seconds, and forgotten on request", () => {
    const pace = new Pace();
    for (let s = 0; s <= 100; s++)
      pace.add({ simulatedTime: s < 50 ? s : 50 + (s - 50) * 4, atMs: s * 1000 });
    expect(pace.rate()).toBeCloseTo(4);
    pace.forget();
    expect(pace.rate()).toBeUndefined();
  });
});

describe("a name of a simulation", () => {
  const ids = ["01a2-newest-77", "01a2-older-88", "01a1-oldest-99"];

  it("is a beginning, an end, or `last`", () => {
    expect([matchId("last", ids), matchId("01a1", ids), matchId("88", ids)]).toEqual([
      ids[0],
      ids[2],
      ids[1],
    ]);
  });

  it("that fits several or none is refused", () => {
    expect(() => matchId("01a2", ids)).toThrow(/2 recent simulations.*01a2-newest-77/s);
    expect(() => matchId("zz", ids)).toThrow("No recent simulation is named zz");
    expect(() => matchId("last", [])).toThrow("There is no simulation yet.");
  });
});
