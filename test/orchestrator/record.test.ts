import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EngineBatch } from "../../src/core/ports/engines.ts";
import type { Change } from "../../src/core/ports/store.ts";
import { record } from "../../src/orchestrator/owner/record.ts";
import { applied } from "../../src/orchestrator/transitions.ts";
import { batch, emptyReport, level, sample, simulation } from "./simulations.ts";

function changed(result: ReturnType<typeof record>): Change {
  if (result === "unchanged" || "refuse" in result) throw new Error("Nothing was changed.");
  return result;
}

const types = (change: Change) => change.events.map(({ body }) => body.type);

describe("record", () => {
  it("confirms RUNNING before the first events of a run", () => {
    const change = changed(record(simulation({ status: "STARTING" }), batch([sample(1), sample(2)])));
    expect(types(change)).toEqual(["STATUS_CHANGED", "LOG_EMITTED", "LOG_EMITTED"]);
    expect(change.patch).toMatchObject({
      status: "RUNNING",
      run: { engineSeq: 2, engineDigest: Uint8Array.of(2) },
    });
  });

  it("confirms PAUSED after all earlier events, with the simulated time at which the run holds", () => {
    const before = simulation({ status: "RUNNING", run: { engineSeq: 3 } });
    const paused = level("PAUSED", 4, { simulatedTime: 4.5 });
    const change = changed(record(before, batch([sample(4)], paused)));
    expect(types(change)).toEqual(["LOG_EMITTED", "STATUS_CHANGED"]);
    expect(change.patch).toMatchObject({ status: "PAUSED", simulatedTime: 4.5 });
  });

  it("does not confirm PAUSED while earlier events are still to come", () => {
    const before = simulation({ status: "RUNNING", run: { engineSeq: 3 } });
    const change = changed(record(before, batch([sample(4)], level("PAUSED", 9))));
    expect(change.patch.status).toBeUndefined();
  });

  it("stores the report and nothing after the terminal event", () => {
    const report = emptyReport;
    const completed = { kind: "completed", engineSeq: 2, simulatedTime: 60, report } as const;
    const before = simulation({ status: "RUNNING", run: { engineSeq: 1 } });
    const change = changed(record(before, batch([completed], level("RUNNING", 2))));
    expect(types(change)).toEqual(["STATUS_CHANGED"]);
    expect(change.patch).toMatchObject({ status: "COMPLETED", progress: 1, simulatedTime: 60 });
    expect(change.documents).toHaveProperty("report");
    expect(record(applied(before, change.patch), batch([sample(3)]))).toBe("unchanged");
  });

  it("refuses a hole", () => {
    expect(record(simulation({ status: "RUNNING", run: { engineSeq: 1 } }), batch([sample(3)]))).toEqual({
      refuse: "gap",
    });
    expect(record(simulation({ status: "RUNNING" }), batch([sample(1), sample(3)]))).toEqual({
      refuse: "gap",
    });
  });

  it("stores every engine event once and in order, however batches overlap, repeat or come too early", () => {
    const batches = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 8 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(batches, (spans) => {
        let current = simulation({ status: "STARTING" });
        const stored: (number | null)[] = [];
        for (const [first, length] of spans) {
          const events = Array.from({ length }, (_, index) => sample(first + index));
          const result = record(current, batch(events) satisfies EngineBatch);
          if (result === "unchanged" || "refuse" in result) continue;
          stored.push(
            ...result.events.filter((event) => event.engineSeq !== null).map((event) => event.engineSeq),
          );
          current = applied(current, result.patch);
        }
        expect(stored).toEqual(stored.map((_, index) => index + 1));
        expect(current.run.engineSeq).toBe(stored.length);
      }),
    );
  });
});
