import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RateProfile, UserProfile } from "../../../src/engine/model/rate-profile.ts";

const stages = fc.array(
  fc.record({ durationMs: fc.integer({ min: 0, max: 500 }), target: fc.integer({ min: 0, max: 4_000 }) }),
  { maxLength: 6 },
);
const open = fc
  .record({ stages, startPerSec: fc.integer({ min: 0, max: 4_000 }) })
  .map((made) => RateProfile.ofOpen({ process: "poisson", burstiness: 0, ...made }));
const trace = fc
  .record({
    stepMs: fc.integer({ min: 1, max: 200 }),
    perSec: fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 6 }),
    repeat: fc.boolean(),
  })
  .map((made) => RateProfile.ofTrace(made));

describe("a rate profile", () => {
  it("inverts its own integral", () => {
    const amounts = fc.double({ min: 1e-3, max: 2_000, noNaN: true });
    const starts = fc.double({ min: 0, max: 3_000, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(open, trace), starts, amounts, (profile, fromMs, area) => {
        const timeMs = profile.timeOf(fromMs, area);
        if (!Number.isFinite(timeMs)) {
          expect(profile.area(fromMs, 1e7)).toBeLessThan(area + 1e-6);
          return;
        }
        expect(timeMs).toBeGreaterThanOrEqual(fromMs);
        expect(profile.area(fromMs, timeMs)).toBeCloseTo(area, 5);
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  it("that falls silent has no next arrival", () => {
    const profile = RateProfile.ofTrace({ stepMs: 100, perSec: [10, 20], repeat: false });
    expect(profile.area(0, 1_000)).toBeCloseTo(3, 9);
    expect(profile.timeOf(0, 3.1)).toBe(Number.POSITIVE_INFINITY);
    expect(RateProfile.ofTrace({ stepMs: 100, perSec: [0, 0], repeat: true }).timeOf(5, 1)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

describe("a user profile", () => {
  it("rises to each number of users when its line does", () => {
    const profile = new UserProfile(0, [
      { durationMs: 1_000, target: 10 },
      { durationMs: 1_000, target: 10 },
      { durationMs: 0, target: 20 },
    ]);
    expect(profile.riseTo(1, 0, 1)).toBeCloseTo(100, 9);
    expect(profile.riseTo(10, 0, 1)).toBeCloseTo(1_000, 6);
    expect(profile.riseTo(11, 0, 1)).toBe(2_000);
    expect(profile.riseTo(21, 0, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(profile.riseTo(2, 0, 2)).toBeCloseTo(100, 9);
    expect([0, 99, 101, 1_500, 2_000].map((timeMs) => profile.usersAt(timeMs, 1))).toEqual([0, 0, 1, 10, 20]);
  });
});
