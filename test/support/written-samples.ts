// A sample that is as it was written equals the object that it reads as.
import { expect } from "vitest";
import { WrittenSample } from "../../src/core/written-sample.ts";

expect.addEqualityTesters([
  function (one: unknown, other: unknown, testers): boolean | undefined {
    if (!(one instanceof WrittenSample) && !(other instanceof WrittenSample)) return undefined;
    return this.equals(plain(one), plain(other), testers);
  },
]);

function plain(value: unknown): unknown {
  return value instanceof WrittenSample ? value.toJSON() : value;
}
