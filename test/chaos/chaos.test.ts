// A little of `npm run chaos` in every run of the tests: owners killed and frozen, Redis gone, under load.
import { expect, it } from "vitest";
import { profiles } from "./profiles.ts";
import { holds, report } from "./report.ts";
import { runChaos } from "./suite.ts";

it("kills, a frozen owner and a lost Redis break nothing that is promised", {
  timeout: 240_000,
}, async () => {
  const profile = profiles.short;
  const seed = 7;
  const lines: string[] = [];
  const result = await runChaos({
    seed,
    profile,
    rounds: profile.rounds,
    seconds: 90,
    say: (line) => lines.push(line),
  });
  const told = `${lines.join("\n")}\n${report("short", seed, result)}`;
  expect(holds(result), told).toBe(true);
  // It was really judged, and under faults.
  expect(result.judgement.judged.deliveries, told).toBeGreaterThan(1_000);
  expect(result.judgement.judged.resumes, told).toBeGreaterThan(10);
  expect(result.judgement.judged.calls, told).toBeGreaterThan(50);
  expect(result.counts.get("looks at which some waited for a place"), told).toBeGreaterThan(5);
  expect(result.samples.get("Takeover (loss to next engine event stored)")?.length, told).toBeGreaterThan(5);
});
