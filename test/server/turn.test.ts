import { expect, it } from "vitest";
import { Turn } from "../../src/server/turn.ts";

const ended = () => new Promise((resolve) => setImmediate(resolve));

it("everybody fills before anybody writes, and once, at the end of the turn", async () => {
  const done: string[] = [];
  const turn = new Turn((error) => {
    throw error;
  });
  const writer = { write: () => done.push("write") };
  const filler = (name: string) => ({
    fill: () => {
      done.push(name);
      if (name === "first") turn.write(writer);
    },
  });
  turn.fill(filler("first"));
  turn.fill(filler("second"));
  expect(done).toEqual([]);
  await ended();
  expect(done).toEqual(["first", "second", "write"]);
  await ended();
  expect(done).toHaveLength(3);
});

it("what one throws is told, and keeps no other from its turn, then or later", async () => {
  const told: unknown[] = [];
  let filled = 0;
  const turn = new Turn((error) => told.push(error));
  const broken = () => {
    throw new Error("broken");
  };
  for (let round = 1; round <= 2; round += 1) {
    turn.fill({ fill: broken });
    turn.write({ write: broken });
    turn.fill({ fill: () => (filled += 1) });
    await ended();
    expect([filled, told.length]).toEqual([round, 2 * round]);
  }
});

it("many writers take several turns, and all have theirs", async () => {
  let written = 0;
  const turn = new Turn(() => {});
  for (let index = 0; index < 2_500; index += 1) turn.write({ write: () => (written += 1) });
  await ended();
  expect(written).toBe(1_000);
  while (written < 2_500) await ended();
});
