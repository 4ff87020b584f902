import { describe, expect, it } from "vitest";
import { KnownDesigns } from "../../src/orchestrator/known-designs.ts";
import { translate } from "../../src/orchestrator/translation/translate.ts";
import { sample, valid } from "../designs/sample.ts";

describe("known designs", () => {
  it("come to what a first look at them comes to, with each seed and duration", () => {
    const known = new KnownDesigns();
    const document = sample();
    const design = valid(document);
    for (const round of [1, 2]) {
      for (const durationMs of [undefined, 5_000, 61_000]) {
        for (const seed of [round, 7]) {
          const overrides = { seed, ...(durationMs === undefined ? {} : { durationMs }) };
          expect(known.translate(document, overrides)).toEqual(translate(design, overrides));
        }
      }
    }
    expect(known.parse(document)).toBe(known.parse(document));
  });

  it("refuse what is refused at a first look, also after something that is not", () => {
    const known = new KnownDesigns();
    const document = sample();
    known.translate(document, { seed: 1 });
    for (const overrides of [{ seed: -1 }, { seed: 1, durationMs: -5 }]) {
      expect(known.translate(document, overrides)).toEqual(translate(valid(document), overrides));
    }
  });

  it("are looked at anew when they are read anew, and where they are no objects", () => {
    const known = new KnownDesigns();
    expect(known.parse(sample())).toEqual({ design: valid(sample()) });
    const broken = { ...sample(), nodes: "none" };
    expect(known.parse(broken)).toHaveProperty("problems");
    expect(known.translate(broken, { seed: 1 })).toHaveProperty("problems");
    expect(known.parse("text")).toHaveProperty("problems");
  });
});
