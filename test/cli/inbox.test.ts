// Between a sender that pushes and a reader that takes its time.
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Inbox } from "../../src/cli/inbox.ts";

/** Items that wait before the sender is held. */
const bound = 1_000;

function fill(inbox: Inbox<number>, count: number, from = 0): void {
  for (let item = from; item < from + count; item++) inbox.put(item);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

async function rest<Item>(reader: AsyncIterator<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) items.push(next.value);
  return items;
}

/** Every word to the sender, in order. */
function words(inbox: Inbox<number>): boolean[] {
  const said: boolean[] = [];
  inbox.onHeld = (held) => said.push(held);
  return said;
}

describe("an inbox", () => {
  it("gives what was put in its order, before and while it is read", async () => {
    const inbox = new Inbox<number>();
    fill(inbox, 3);
    const reader = inbox[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe(0);
    // The reader has taken 1 and 2 with it; these come after.
    fill(inbox, 2, 3);
    inbox.end();
    expect(await rest(reader)).toEqual([1, 2, 3, 4]);
  });

  it("wakes a reader that waits, with an item and with the end", async () => {
    const inbox = new Inbox<number>();
    const reader = inbox[Symbol.asyncIterator]();
    const first = reader.next();
    await turn();
    inbox.put(7);
    expect(await first).toEqual({ done: false, value: 7 });
    const second = reader.next();
    await turn();
    inbox.end();
    expect(await second).toEqual({ done: true, value: undefined });
  });
});

describe("the sender", () => {
  it("is held at the bound, told once, and not before", () => {
    const inbox = new Inbox<number>();
    const said = words(inbox);
    fill(inbox, bound - 1);
    expect({ held: inbox.held, said }).toEqual({ held: false, said: [] });
    fill(inbox, 3, bound - 1);
    expect({ held: inbox.held, said }).toEqual({ held: true, said: [true] });
  });

  it("is let go when all was read, what came while it was held included", async () => {
    const inbox = new Inbox<number>();
    const said = words(inbox);
    fill(inbox, bound);
    const reader = inbox[Symbol.asyncIterator]();
    const read = [(await reader.next()).value];
    // A socket that is held may have been handed a little more.
    fill(inbox, 5, bound);
    while (read.length < bound + 5) {
      expect(inbox.held).toBe(true);
      read.push((await reader.next()).value);
    }
    expect(read).toEqual(range(bound + 5));
    const waiting = reader.next();
    await turn();
    expect({ held: inbox.held, said }).toEqual({ held: false, said: [true, false] });
    inbox.end();
    expect(await waiting).toMatchObject({ done: true });
  });

  it("that puts something in the moment that it is let go is heard", async () => {
    const inbox = new Inbox<number>();
    inbox.onHeld = (held) => {
      if (!held) inbox.put(bound);
    };
    fill(inbox, bound);
    const reader = inbox[Symbol.asyncIterator]();
    for (const item of range(bound + 1)) expect(await reader.next()).toEqual({ done: false, value: item });
  });

  it("is held again at the bound after it was let go", async () => {
    const inbox = new Inbox<number>();
    const said = words(inbox);
    const reader = inbox[Symbol.asyncIterator]();
    for (const round of [1, 2, 3]) {
      fill(inbox, bound);
      for (const item of range(bound)) expect((await reader.next()).value).toBe(item);
      const next = reader.next();
      await turn();
      expect(said).toEqual(Array.from({ length: round }, () => [true, false]).flat());
      inbox.put(-1);
      expect((await next).value).toBe(-1);
    }
  });
});

describe("the end", () => {
  it("comes after what waits", async () => {
    const inbox = new Inbox<number>();
    fill(inbox, 3);
    inbox.end();
    expect(await rest(inbox[Symbol.asyncIterator]())).toEqual([0, 1, 2]);
  });

  it("with an error is thrown after what waits", async () => {
    const inbox = new Inbox<number>();
    fill(inbox, 2);
    inbox.end(new Error("broken"));
    const reader = inbox[Symbol.asyncIterator]();
    expect([(await reader.next()).value, (await reader.next()).value]).toEqual([0, 1]);
    await expect(reader.next()).rejects.toThrow("broken");
    expect(await reader.next()).toMatchObject({ done: true });
  });

  it.each([
    ["an error after a quiet end", undefined, new Error("late"), undefined],
    ["an error after another", new Error("first"), new Error("late"), "first"],
    ["a quiet end after an error", new Error("first"), undefined, "first"],
  ])("is the first that is told: %s changes nothing", async (_, first, second, thrown) => {
    const inbox = new Inbox<number>();
    inbox.end(first);
    inbox.end(second);
    const read = rest(inbox[Symbol.asyncIterator]());
    if (thrown === undefined) expect(await read).toEqual([]);
    else await expect(read).rejects.toThrow(thrown);
  });

  it("lets nothing in any more, and holds nobody", async () => {
    const inbox = new Inbox<number>();
    const said = words(inbox);
    inbox.put(0);
    inbox.end();
    fill(inbox, 2 * bound, 1);
    expect(await rest(inbox[Symbol.asyncIterator]())).toEqual([0]);
    expect(said).toEqual([]);
  });
});
