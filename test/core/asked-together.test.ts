import { expect, it } from "vitest";
import { AskedTogether } from "../../src/core/asked-together.ts";

/** Counts that a test ends itself. */
function counts() {
  const begun: PromiseWithResolvers<number>[] = [];
  const count = () => {
    const one = Promise.withResolvers<number>();
    begun.push(one);
    return one.promise;
  };
  return { begun, count };
}

it("takes one look for all who ask while another is under way, begun after they asked", async () => {
  const shared = new AskedTogether<number>();
  const { begun, count } = counts();
  const first = shared.of("ada", count);
  const [second, third] = [shared.of("ada", count), shared.of("ada", count)];
  expect(begun).toHaveLength(1);
  begun[0]?.resolve(1);
  expect(await first).toBe(1);
  expect(begun).toHaveLength(2);
  const fourth = shared.of("ada", count);
  begun[1]?.resolve(2);
  expect([await second, await third]).toEqual([2, 2]);
  begun[2]?.resolve(3);
  expect(await fourth).toBe(3);
});

it("keeps keys apart, and lets those who wait behind a look that failed hear of it", async () => {
  const shared = new AskedTogether<number>();
  const { begun, count } = counts();
  const failing = shared.of("ada", count);
  const next = shared.of("ada", count);
  const other = shared.of("bob", count);
  begun[1]?.resolve(5);
  expect(await other).toBe(5);
  begun[0]?.reject(new Error("away"));
  await expect(failing).rejects.toThrow("away");
  await expect(next).rejects.toThrow("away");
  const later = shared.of("ada", count);
  begun[2]?.resolve(7);
  expect(await later).toBe(7);
});
