// What is as it was written, and what is read when somebody looks at it, equals the object that it reads as.
import { expect } from "vitest";
import { sampleValues } from "../../src/core/sample-text.ts";
import { WrittenSample } from "../../src/core/written-sample.ts";
import { Delivered } from "../../src/feed/tail.ts";
import { WrittenNotice } from "../../src/redis/written-notice.ts";

expect.addEqualityTesters([
  function (one: unknown, other: unknown, testers): boolean | undefined {
    const [plainOne, plainOther] = [plain(one), plain(other)];
    if (plainOne === one && plainOther === other) return undefined;
    return this.equals(plainOne, plainOther, testers);
  },
]);

/** What it shows under each of its names. */
function plain(value: unknown): unknown {
  if (value instanceof WrittenSample) return shown(value, ["type", ...sampleValues, "components"]);
  if (value instanceof Delivered) return shown(value, ["kind", "event", "simulation"]);
  if (value instanceof WrittenNotice) return shown(value, ["simulation", "events", "traceparent"]);
  return value;
}

function shown<T extends object>(value: T, names: readonly (keyof T)[]): object {
  return Object.fromEntries(names.map((name) => [name, value[name]]));
}
