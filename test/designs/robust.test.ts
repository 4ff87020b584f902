import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PROBLEMS } from "../../src/core/design/limits.ts";
import { parseDesign } from "../../src/core/design/parse.ts";
import { translate } from "../../src/orchestrator/translation/translate.ts";
import { randomDesign } from "./arbitrary.ts";
import { sample } from "./sample.ts";

/** Replaces the n-th value of a document, counted depth first. */
function mutate(document: unknown, n: number, replacement: unknown): unknown {
  let at = 0;
  return JSON.parse(
    JSON.stringify(document, (_, value) => {
      at += 1;
      return at === n ? replacement : value;
    }) ?? "null",
  );
}

describe("parseDesign and translate", () => {
  it("never throw, and give bounded problems, for any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (input) => {
        const parsed = parseDesign(input);
        expect("problems" in parsed && parsed.problems.length <= MAX_PROBLEMS).toBe(true);
      }),
    );
  });

  it("never throw for a design with any one value replaced", () => {
    const documents = fc.oneof(fc.constant(sample()), randomDesign);
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(0, -1, 1e308, "", "api", "users", [], {}),
    );
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 80 }), odd, (document, n, value) => {
        const parsed = parseDesign(mutate(document, n, value));
        const outcome = "design" in parsed ? translate(parsed.design, { seed: 1 }) : parsed;
        expect("config" in outcome || outcome.problems.length > 0).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
