import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agenda } from "../../../src/engine/model/agenda.ts";
import { EventQueue } from "../../../src/engine/model/event-queue.ts";

/** The plainest queue there is: an array that is sorted by time and order of coming. */
class NaiveQueue {
  private readonly events: { timeMs: number; order: number; what: number; mark: number }[] = [];
  private order = 0;

  push(timeMs: number, what: number, mark: number): void {
    this.events.push({ timeMs, order: this.order++, what, mark });
    this.events.sort((a, b) => a.timeMs - b.timeMs || a.order - b.order);
  }

  pop(): [number, number, number] | undefined {
    const next = this.events.shift();
    return next && [next.timeMs, next.what, next.mark];
  }
}

describe("the event queue", () => {
  it("gives what a naive queue gives, in the same order, equal times included", () => {
    const steps = fc.array(fc.oneof(fc.constant("pop" as const), fc.integer({ min: 0, max: 20 })), {
      maxLength: 600,
    });
    fc.assert(
      fc.property(steps, (made) => {
        const queue = new EventQueue();
        const naive = new NaiveQueue();
        let mark = 0;
        for (const step of made) {
          if (step !== "pop") {
            queue.push(step, step * 3, mark);
            naive.push(step, step * 3, mark++);
          } else if (queue.length > 0) {
            queue.pop();
            expect([queue.timeMs, queue.what, queue.mark]).toEqual(naive.pop());
          }
        }
        while (queue.length > 0) {
          queue.pop();
          expect([queue.timeMs, queue.what, queue.mark]).toEqual(naive.pop());
        }
        expect(naive.pop()).toBeUndefined();
        expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("grows past its first size", () => {
    const queue = new EventQueue();
    for (let i = 0; i < 5_000; i++) queue.push((i * 7_919) % 5_003, i, 2 * i);
    let last = -1;
    for (let i = 0; i < 5_000; i++) {
      queue.pop();
      expect(queue.timeMs).toBeGreaterThan(last);
      expect(queue.mark).toBe(2 * queue.what);
      last = queue.timeMs;
    }
  });
});

describe("the agenda", () => {
  it("takes what takes no time before all else, in the order of coming", () => {
    const agenda = new Agenda();
    agenda.after(5, 1, 10, 100);
    for (let i = 0; i < 1_000; i++) agenda.after(0, i % 32, i, 2 * i);
    for (let i = 0; i < 1_000; i++) {
      expect(agenda.nextMs).toBe(0);
      agenda.take();
      expect([agenda.kind, agenda.index, agenda.mark]).toEqual([i % 32, i, 2 * i]);
    }
    expect(agenda.nextMs).toBe(5);
    agenda.take();
    expect([agenda.nowMs, agenda.kind, agenda.index, agenda.mark]).toEqual([5, 1, 10, 100]);
  });
});
