// The oracle on histories by hand: it says nothing of a clean one, and names what is wrong with each of the others.
import { describe, expect, it } from "vitest";
import { cleanStory, follow } from "./clean-story.ts";
import type { EndState } from "./end-state.ts";
import { judge, told } from "./judge.ts";
import type { Story } from "./story.ts";
import { state, wrongDeliveries } from "./wrong-deliveries.ts";
import { wrongStates } from "./wrong-states.ts";

function judged(change: (story: Story) => void = () => {}): ReturnType<typeof judge> {
  const story = cleanStory();
  change(story);
  const end: EndState = { ...story.end, rows: [...story.rows.values()] };
  return judge(story.history, end);
}

const wrongs = [...wrongDeliveries, ...wrongStates];

describe("the oracle", () => {
  it("finds nothing wrong with a clean history, and says how much it judged", () => {
    const judgement = judged();
    expect(judgement).toMatchObject({ holds: true, violations: [] });
    expect(judgement.judged).toMatchObject({ starts: 5, unknownStarts: 1, resumes: 1, faults: 1, ended: 2 });
    expect(told(judgement)).toBe(
      "1 faults, 5 starts, 4 simulations, 3 streams (1 resumed), 13 deliveries, 4 calls of engines: nothing wrong.",
    );
  });

  it.each(wrongs)("names %s, %s: %s", (invariant, harm, _what, change) => {
    const { violations, holds } = judged(change);
    expect(violations).toMatchObject([{ invariant, harm }]);
    expect(holds).toBe(false);
  });

  it("asks for no more than a stream asked for, and no more than retention keeps", () => {
    const { violations } = judged((story) => {
      const part = { kind: "subscribed", simulation: "A", replica: "r1" } as const;
      story.tell("bob", { ...part, stream: "s8", after: 0, types: ["STATUS_CHANGED"], maxRate: null });
      story.see("bob", "s8", "A", 1, 2, 3, 8);
      story.tell("bob", { kind: "completed", stream: "s8" });
      story.tell("bob", { ...part, stream: "s9", after: 0, types: null, maxRate: 1 });
      story.see("bob", "s9", "A", 1, 2, 3, 5, 6, 7, 8);
      story.tell("bob", { kind: "completed", stream: "s9" });
      story.end.metricsDropped = true;
      story.events.splice(story.events.indexOf(story.event("A", 4)), 1);
      follow(story, "bob", "s10", "A", 2);
      story.see("bob", "s10", "A", 3);
      story.tell("bob", state("s10", "A", "GAP", 4));
      story.see("bob", "s10", "A", 5, 6, 7, 8);
      story.tell("bob", { kind: "completed", stream: "s10" });
    });
    expect(violations).toEqual([]);
  });

  it("asks no end of a run whose engine was killed before it was due", () => {
    const { violations } = judged((story) => {
      story.ends.splice(0, 1);
      story.end.lives = [{ engine: "e1/1", from: 0, to: 30_000 }];
    });
    expect(violations).toEqual([]);
  });

  it("does not take a start whose answer was lost for one that nobody asked for", () => {
    const { violations } = judged((story) => {
      const asked = { kind: "start-asked", key: null, user: "carol", project: "p2", design: "mm1" } as const;
      story.tell("carol", { ...asked, call: "c8" });
      story.rows.set("D2", { ...story.row("D"), id: "D2", user: "carol", project: "p2", key: null });
      story.events.push({ ...story.event("D", 1), simulation: "D2" });
    });
    expect(violations).toEqual([]);
  });

  it("counts every violation and keeps some of each", () => {
    const judgement = judged((story) => {
      const [one] = story.runs;
      for (let attempt = 1; attempt <= 100; attempt += 1) {
        if (one !== undefined) story.runs.push({ ...one, attempt, state: "RUNNING" });
      }
    });
    expect(judgement.violations).toHaveLength(20);
    expect(judgement.byInvariant).toEqual(new Map([["I11", 100]]));
    expect(judgement.byHarm).toEqual(new Map([["left over", 100]]));
  });

  it("judges nothing that was not kept whole", () => {
    const { history, end } = cleanStory();
    expect(() => judge(history, end, 1)).toThrow("cannot be judged");
  });

  it("has a wrong history for every invariant", () => {
    const named = new Set(wrongs.map(([invariant]) => invariant));
    expect(named.size).toBe(16);
  });
});
