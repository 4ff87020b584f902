// A sample that is as it was written equals the object that it reads as.
import { expect } from "vitest";
import { sampleValues } from "../../src/core/sample-text.ts";
import { WrittenSample } from "../../src/core/written-sample.ts";

expect.addEqualityTesters([
  function (one: unknown, other: unknown, testers): boolean | undefined {
    if (!(one instanceof WrittenSample) && !(other instanceof WrittenSample)) return undefined;
    return this.equals(plain(one), plain(other), testers);
  },
]);

/** What it shows under each of its names. */
function plain(value: unknown): unknown {
  if (!(value instanceof WrittenSample)) return value;
  const names = ["type", ...sampleValues, "components"] as const;
  return Object.fromEntries(names.map((name) => [name, value[name]]));
}
