import fc from "fast-check";
import { expect, test } from "vitest";
import { EventWindow } from "../../../src/engine/window.ts";

// Goal: the window keeps exactly what is not acknowledged, and the digest of the event before it.

/** `count` events from firstSeq on; event n is the byte n, its digest 32 times the byte n. */
function chunk(firstSeq: number, count: number) {
  const seqs = Array.from({ length: count }, (_, index) => firstSeq + index);
  return {
    firstSeq,
    bytes: Uint8Array.from(seqs),
    ends: Uint32Array.from(seqs, (_, index) => index + 1),
    digests: Uint8Array.from(seqs.flatMap((seq) => Array.from({ length: 32 }, () => seq))),
  };
}

test("an empty window has its oldest event after its newest, and the digest it was given", () => {
  const window = new EventWindow(7, new Uint8Array(32).fill(7));
  expect(window).toMatchObject({ firstSeq: 8, lastSeq: 7, bytes: 0 });
  expect(window.digestAt(7)).toEqual(new Uint8Array(32).fill(7));
  expect(window.at(8)).toBeUndefined();
});

test("a hole in the numbers is not taken in", () => {
  const window = new EventWindow(0, new Uint8Array(32));
  expect(() => window.append(chunk(2, 1))).toThrow("hole");
});

test("after any appends and releases it keeps what a plain list would", () => {
  const step = fc.oneof(
    fc.record({ append: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ release: fc.integer({ min: 0, max: 120 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const window = new EventWindow(0, new Uint8Array(32));
      let kept: number[] = [];
      let last = 0;
      for (const each of steps) {
        if ("append" in each) {
          if (last + each.append > 255) break;
          window.append(chunk(last + 1, each.append));
          for (let n = 0; n < each.append; n++) kept.push(++last);
        } else {
          const gone = kept.filter((seq) => seq <= each.release).length;
          expect(window.release(each.release)).toEqual({ events: gone, bytes: gone });
          kept = kept.filter((seq) => seq > each.release);
        }
        expect(window.lastSeq).toBe(last);
        expect(window.firstSeq).toBe(kept[0] ?? last + 1);
        expect(window.bytes).toBe(kept.length);
        for (const seq of kept) expect(window.at(seq)?.bytes).toEqual(Uint8Array.of(seq));
        expect(window.at(window.firstSeq - 1)).toBeUndefined();
        expect(window.digestAt(window.firstSeq - 1)?.[0]).toBe(window.firstSeq - 1);
      }
    }),
  );
});
