import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Simulation } from "../../../src/engine/model/simulation.ts";
import { type Commands, RunLoop } from "../../../src/engine/run-loop.ts";
import type { Command, Ending, Report, RunPlan, Standing } from "../../../src/engine/thread-messages.ts";
import { Event, type Fault, type SimulationConfig } from "../../../src/gen/architech/engine/v1/engine.ts";
import { hourMs, shop } from "./configs.ts";

// Goal: wall time decides how far a run goes, and never what it does. Method: the real simulation under a clock
// that moves only when the run sleeps, and, if told so, a little with every slice; commands come at set wall times.

type Scheduled = readonly [wallMs: number, command: Command];

/** What a run said, and when. */
interface Told {
  readonly wallMs: number;
  readonly report: Extract<Report, { kind: "progress" }>;
}

class Stage implements Commands {
  wallMs = 0;
  readonly told: Told[] = [];
  /** Simulated time of each live fault, by its call. */
  readonly appliedAtMs = new Map<number, number>();
  readonly #schedule: Scheduled[];
  readonly #lookMs: number;
  /** Acknowledges events as they come; what is let go of is what a window is about. */
  readonly #acknowledge: boolean;
  /** The wall time at which the thread gets no processor for a minute. */
  #stallAtMs: number;
  #due: Command[] = [];

  constructor(
    schedule: readonly Scheduled[],
    { lookMs = 0, acknowledge = true, stallAtMs = Number.POSITIVE_INFINITY } = {},
  ) {
    this.#schedule = schedule.toSorted(([a], [b]) => a - b);
    this.#lookMs = lookMs;
    this.#acknowledge = acknowledge;
    this.#stallAtMs = stallAtMs;
  }

  fetch(): Command[] {
    this.wallMs += this.#lookMs;
    if (this.wallMs >= this.#stallAtMs) {
      this.wallMs += 60_000;
      this.#stallAtMs = Number.POSITIVE_INFINITY;
    }
    while (this.#schedule[0] !== undefined && this.#schedule[0][0] <= this.wallMs) {
      const next = this.#schedule.shift();
      if (next !== undefined) this.#due.push(next[1]);
    }
    const commands = this.#due;
    this.#due = [];
    return commands;
  }

  wait(timeoutMs: number): void {
    if (this.#due.length > 0) return;
    const nextMs = this.#schedule[0]?.[0] ?? Number.POSITIVE_INFINITY;
    const wakeMs = Math.min(this.wallMs + timeoutMs, nextMs);
    if (wakeMs === Number.POSITIVE_INFINITY) throw new AsleepForGood();
    this.wallMs = Math.max(this.wallMs, wakeMs);
  }

  hear(report: Report): void {
    if (report.kind === "injected") this.appliedAtMs.set(report.call, report.appliedAtMs);
    if (report.kind !== "progress") return;
    this.told.push({ wallMs: this.wallMs, report });
    const { events } = report;
    if (!this.#acknowledge || events === undefined) return;
    this.#due.push({ kind: "release", events: events.ends.length, bytes: events.bytes.length });
  }

  /** Runs to the end, or until the run sleeps for good. */
  play(config: SimulationConfig, plan: Partial<RunPlan> = {}): this {
    const whole: RunPlan = { ...planOf(config), ...plan };
    const loop = new RunLoop(
      new Simulation(config),
      whole,
      this,
      (report) => this.hear(report),
      () => this.wallMs,
    );
    try {
      loop.run();
    } catch (error) {
      if (!(error instanceof AsleepForGood)) throw error;
    }
    return this;
  }

  get ending(): Ending | undefined {
    return this.told.at(-1)?.report.ending;
  }

  get standing(): Standing | undefined {
    return this.told.at(-1)?.report.standing;
  }

  /** Each event's bytes, in hexadecimal, and the wall time at which it was told. */
  get events(): { wallMs: number; event: Event; encoded: string }[] {
    return this.told.flatMap(({ wallMs, report: { events } }) => {
      if (events === undefined) return [];
      return [...events.ends].map((end, index) => {
        const bytes = events.bytes.subarray(events.ends[index - 1] ?? 0, end);
        return { wallMs, event: Event.decode(bytes), encoded: Buffer.from(bytes).toString("hex") };
      });
    });
  }

  get encoded(): string[] {
    return this.events.map(({ encoded }) => encoded);
  }

  /** The rolling digest at an event that was told. */
  digestAt(seq: number): Uint8Array {
    for (const { report } of this.told) {
      const { firstSeq = 0, digests } = report.events ?? {};
      const at = (seq - firstSeq) * 32;
      if (digests !== undefined && at >= 0 && at < digests.length) return digests.slice(at, at + 32);
    }
    throw new Error(`event ${seq} was not told`);
  }

  get digest(): string {
    const digests = this.told.findLast(({ report }) => report.events !== undefined)?.report.events?.digests;
    return Buffer.from(digests?.subarray(-32) ?? []).toString("hex");
  }
}

/** The run waits without a timeout, and nothing will come. */
class AsleepForGood extends Error {}

function planOf(config: SimulationConfig): RunPlan {
  return {
    config,
    speed: 0,
    startPaused: false,
    resumeAfterSeq: 0,
    expectedDigest: new Uint8Array(),
    appliedFaults: [],
    resumeAtMs: 0,
    windowEvents: 4_096,
    windowBytes: 1 << 24,
    maxWallMs: 24 * hourMs,
  };
}

describe("pacing", () => {
  test.each([0.5, 1, 10, 250])("at speed %d each event is told within 100 ms of its wall time", (speed) => {
    const { events } = new Stage([]).play(shop(), { speed });
    expect(events.length).toBeGreaterThan(60);
    for (const { wallMs, event } of events) {
      const dueMs = event.simTimeMs / speed;
      expect(wallMs).toBeGreaterThanOrEqual(dueMs);
      expect(wallMs).toBeLessThanOrEqual(dueMs + 100);
    }
  });

  test("a pause moves all later events by its length, and no event is told during it", () => {
    const pause: Scheduled[] = [
      [10_000, { kind: "pause" }],
      [70_000, { kind: "resume" }],
    ];
    const { events } = new Stage(pause).play(shop(), { speed: 1 });
    const during = events.filter(({ wallMs }) => wallMs > 10_100 && wallMs < 70_000);
    expect(during).toEqual([]);
    const after = events.filter(({ wallMs }) => wallMs >= 70_000);
    expect(after.length).toBeGreaterThan(40);
    for (const { wallMs, event } of after) {
      expect(Math.abs(wallMs - (event.simTimeMs + 60_000))).toBeLessThanOrEqual(150);
    }
  });

  test("a change of speed takes effect from the present simulated time on", () => {
    const { events } = new Stage([[10_000, { kind: "speed", speed: 10 }]]).play(shop(), { speed: 1 });
    const after = events.filter(({ wallMs }) => wallMs > 10_000);
    expect(after.length).toBeGreaterThan(40);
    for (const { wallMs, event } of after) {
      expect(Math.abs(wallMs - (10_000 + (event.simTimeMs - 10_000) / 10))).toBeLessThanOrEqual(150);
    }
  });

  test("a run that was kept from running for a minute does not race to catch up", () => {
    const { events } = new Stage([], { stallAtMs: 10_000 }).play(shop(), { speed: 1 });
    const after = events.filter(({ wallMs }) => wallMs > 70_000);
    expect(after.length).toBeGreaterThan(40);
    for (const { wallMs, event } of after) {
      expect(Math.abs(wallMs - (event.simTimeMs + 60_000))).toBeLessThanOrEqual(150);
    }
  });
});

describe("a run", () => {
  test("holds while its window is full, and goes on from the same point", () => {
    const held = new Stage([], { acknowledge: false }).play(shop(), { windowEvents: 10 });
    expect(held.standing).toMatchObject({ state: "RUNNING", held: true });
    expect(held.events.length).toBeGreaterThanOrEqual(10);
    expect(held.events.length).toBeLessThan(20);

    const release: Command = { kind: "release", events: 10, bytes: 100 };
    const schedule = Array.from({ length: 10 }, (_, n): Scheduled => [n * 1_000, release]);
    const gone = new Stage(schedule, { acknowledge: false }).play(shop(), { windowEvents: 10 });
    expect(gone.ending?.state).toBe("COMPLETED");
    expect(gone.encoded).toEqual(new Stage([]).play(shop()).encoded);
  });

  test("fails by its wall time, which a pause does not use up", () => {
    const pause: Scheduled[] = [
      [1_000, { kind: "pause" }],
      [90_000, { kind: "resume" }],
    ];
    const short = new Stage(pause).play(shop(), { speed: 1, maxWallMs: 30_000 });
    expect(short.ending).toMatchObject({ state: "FAILED", reason: expect.stringMatching(/^LIMIT_EXCEEDED/) });
    expect(short.told.at(-1)?.wallMs).toBeGreaterThanOrEqual(119_000);
    expect(new Stage(pause).play(shop(), { speed: 1, maxWallMs: 65_000 }).ending?.state).toBe("COMPLETED");
  });

  test("fails by its wall time also while it is held", () => {
    const held = new Stage([], { acknowledge: false }).play(shop(), { windowEvents: 10, maxWallMs: 5_000 });
    expect(held.ending?.reason).toMatch(/^LIMIT_EXCEEDED/);
  });

  test("tells of its progress about four times a second and hardly more", () => {
    const { told } = new Stage([]).play(shop({ sampleIntervalMs: 60_000 }), { speed: 1 });
    expect(told.length).toBeGreaterThan(60 * 3);
    expect(told.length).toBeLessThan(60 * 5);
  });
});

test("whatever commands come when, the numbered events and their digest are the same", () => {
  const config = shop({ horizonMs: 20_000 });
  const undisturbed = new Stage([]).play(config);
  expect(undisturbed.ending?.state).toBe("COMPLETED");
  const command = fc.oneof(
    fc.constant<Command>({ kind: "pause" }),
    fc.constant<Command>({ kind: "resume" }),
    fc.double({ min: 0, max: 100, noNaN: true }).map((speed): Command => ({ kind: "speed", speed })),
  );
  const schedule = fc.array(fc.tuple(fc.double({ min: 0, max: 30_000, noNaN: true }), command), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(schedule, fc.double({ min: 0, max: 5, noNaN: true }), (commands, lookMs) => {
      const last: Scheduled[] = [
        [30_001, { kind: "speed", speed: 0 }],
        [30_002, { kind: "resume" }],
      ];
      const disturbed = new Stage([...commands, ...last], { lookMs }).play(config, {
        speed: 1,
        windowEvents: 8,
      });
      expect(disturbed.ending).toEqual(undisturbed.ending);
      expect(disturbed.encoded).toEqual(undisturbed.encoded);
      expect(disturbed.digest).toBe(undisturbed.digest);
    }),
    { numRuns: 60 },
  );
});

test("faults injected whenever, and the run replayed from whatever event, give the same events", () => {
  const config = shop({ horizonMs: 20_000 });
  const kind = fc.constantFrom("slow", "error", "kill", "pause", "traffic", "scale");
  const fault = fc.record({
    kind,
    atMs: fc.integer({ min: 0, max: 19_000 }),
    durationMs: fc.integer({ max: 9_000, min: 0 }),
  });
  let acted = 0;
  const property = fc.property(
    fc.array(fault, { minLength: 1, maxLength: 5 }),
    fc.double({ min: 0, max: 0.999, noNaN: true }),
    fc.constantFrom(0, 1, 3),
    (drawn, part, speed) => {
      const faults = drawn.map(({ kind, durationMs }, call) => liveFault(`f${call}`, kind, durationMs));
      // Injected at wall times, and once the run is over at the latest: some of them two at once.
      const schedule = faults.map((each, call): Scheduled => {
        return [(drawn[call]?.atMs ?? 0) / 3, { kind: "inject", call, fault: each }];
      });
      const lost = new Stage(schedule, { lookMs: 0.5 }).play(config, { speed });
      expect(lost.ending?.state).toBe("COMPLETED");

      // In the order in which they acted, which also tells those of one simulated time apart.
      const applied = [...lost.appliedAtMs].flatMap(([call, atMs]) => {
        const each = faults[call];
        return each === undefined ? [] : [{ ...each, atMs }];
      });
      acted += applied.length;
      const appliedFaults = applied.toSorted((a, b) => a.atMs - b.atMs);
      const resumeAfterSeq = 1 + Math.floor(part * lost.events.length);
      const expectedDigest = lost.digestAt(resumeAfterSeq);
      const replayed = new Stage([]).play(config, { appliedFaults, resumeAfterSeq, expectedDigest });
      expect(replayed.ending).toEqual(lost.ending);
      expect(replayed.encoded).toEqual(lost.encoded.slice(resumeAfterSeq));
      const fromTheBeginning = new Stage([]).play(config, { appliedFaults });
      expect(fromTheBeginning.encoded).toEqual(lost.encoded);
    },
  );
  fc.assert(property, { numRuns: 100 });
  expect(acted).toBeGreaterThan(60);
});

/** A fault that the shop can feel, with a plausible amount. */
function liveFault(id: string, kind: string, durationMs: number): Fault {
  const amount = { slow: 3, error: 0.5, traffic: 2, scale: 2 }[kind] ?? 0;
  const target = kind === "traffic" ? "users" : "api";
  return { id, kind, target, atMs: 0, durationMs, amount, replicas: 0, otherTarget: "" };
}
