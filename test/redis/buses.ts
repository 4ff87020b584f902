// What tests of the bus on Redis share.
import { randomUUID } from "node:crypto";
import { expect, vi } from "vitest";
import { createRedisBus, type RedisBus } from "../../src/redis/bus.ts";
import { silent } from "../support/postgres.ts";
import { logged, simulationOf } from "../support/simulations.ts";

export const until = { timeout: 60_000, interval: 20 };

/** One that is up. */
export async function openBus(
  url: string,
  installation: string = randomUUID(),
  { replica = randomUUID() as string, living = async (): Promise<ReadonlySet<string>> => new Set() } = {},
): Promise<RedisBus> {
  const bus = createRedisBus({ url, installation, replica, living, log: silent });
  await vi.waitFor(() => expect(bus.health()).toEqual({ up: true }), until);
  return bus;
}

/** Of two replicas. */
export async function busPair(
  url: string,
): Promise<{ bus: RedisBus; peer: RedisBus; release(): Promise<void> }> {
  const installation = randomUUID();
  const [bus, peer] = [await openBus(url, installation), await openBus(url, installation)];
  return { bus, peer, release: async () => {} };
}

export const noticeOf = (id: string, seq: number, body = logged()) => ({
  simulation: simulationOf(id, { lastSeq: seq }),
  events: [{ simulationId: id, seq, at: new Date(), simulatedTime: seq, engineSeq: seq, body }],
});
