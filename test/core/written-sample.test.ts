import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOf, utf8 } from "../../src/core/bytes.ts";
import { componentValues, endOfSample, isSample, sampleValues } from "../../src/core/sample-text.ts";
import { WrittenSample } from "../../src/core/written-sample.ts";
import { logged, measured, sampled } from "../support/simulations.ts";

const sample = sampled({
  components: [measured('a "b" \\ \u0007 größe'), { ...measured("cache"), hitRatio: 0.5 }],
});
const text = JSON.stringify(sample);
/** As it is found there; null: it is not. */
function read(written: string, before = ""): string | null {
  const bytes = utf8(before + written);
  const from = utf8(before).length;
  const end = endOfSample(bytes, from);
  return end === null ? null : textOf(bytes.slice(from, end));
}
const parsed = (found: string | null): unknown => JSON.parse(found ?? "null");

describe("a sample as it was written", () => {
  it("is a sample as any other, before its text is looked at and after", () => {
    expect(isSample(text)).toBe(true);
    const written = WrittenSample.ofJson(text);
    expect(JSON.stringify(written)).toBe(text);
    for (const name of [...sampleValues, "type", "components"] as const) {
      expect(written[name]).toEqual(sample[name]);
    }
    expect(textOf(written.bytes ?? "")).toBe(text);
    expect(JSON.stringify(written)).toBe(text);
  });

  it("is read where it is written in another way", () => {
    const later = JSON.stringify({ ...{ type: "METRICS_SAMPLED", later: 1 }, ...sample });
    const written = WrittenSample.ofJson(later);
    expect(written.bytes).toBeNull();
    expect(written.bytes).toBeNull();
    expect(written.components).toEqual(sample.components);
    expect(WrittenSample.ofJson(`${text} `).bytes).toBeNull();
  });

  it("is told from other events", () => {
    expect(isSample(JSON.stringify(logged("words")))).toBe(false);
  });
});

describe("the text of a sample", () => {
  it("is found where it stands, and says how long it is", () => {
    expect(read(`${text}, and more`, "größer: ")).toBe(text);
  });

  it("has the values of a sample, all of them, in their order", () => {
    expect(Object.keys(sample)).toEqual(["type", ...sampleValues, "components"]);
    expect(Object.keys(measured("a"))).toEqual([...componentValues]);
  });

  it("may have no components, and very many", () => {
    expect(parsed(read(JSON.stringify(sampled({ components: [] }))))).toEqual(sampled({ components: [] }));
    const many = (count: number) =>
      sampled({ components: Array.from({ length: count }, () => measured("a")) });
    expect(parsed(read(JSON.stringify(many(20_000))))).toEqual(many(20_000));
    // Too large to be looked at: it is read.
    expect(WrittenSample.ofJson(JSON.stringify(many(20_000))).bytes).toBeNull();
    expect(WrittenSample.ofJson(JSON.stringify(many(1_000))).bytes).not.toBeNull();
  });

  it("is none where anything is written differently", () => {
    const { window: _, ...without } = sample;
    const others: readonly object[] = [
      without,
      { ...sample, more: 1 },
      { ...sample, type: "LOG_EMITTED" },
      { ...sample, window: null },
      { ...sample, window: "1" },
      { ...sample, components: null },
      { ...sample, components: [{ ...measured("a"), componentId: 1 }] },
      { ...sample, components: [{ ...measured("a"), latencyP99: null }] },
      { ...sample, components: [{ ...measured("a"), more: 1 }] },
      { ...sample, components: [measured("a"), 1] },
    ];
    for (const other of others) expect(read(JSON.stringify(other))).toBeNull();
    expect(read(JSON.stringify(sample, null, 1))).toBeNull();
  });

  it("is none of any part of it, and with any byte changed none that is not JSON", () => {
    for (let length = 0; length < text.length; length += 1) expect(read(text.slice(0, length))).toBeNull();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'{}[]",:x\\u-+.e0\n'), (at, character) => {
        const changed = `${text.slice(0, at)}${character}${text.slice(at + 1)}`;
        const written = read(changed);
        if (written === changed) {
          expect(parsed(written)).toEqual(JSON.parse(changed));
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
