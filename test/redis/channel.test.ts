import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { Channel } from "../../src/redis/channel.ts";
import { recorder } from "../memory/bus-contract.ts";
import { silent } from "../support/postgres.ts";

it("leaves nothing on the signal of the bus, however many come and go", async () => {
  const closing = new AbortController();
  const channel = new Channel({ subscribe: async () => () => {}, empty: () => {}, log: silent });
  for (let count = 0; count < 100; count += 1) (await channel.add(recorder(), closing.signal))();
  expect(getEventListeners(closing.signal, "abort")).toEqual([]);
});
