import { describe, expect, it } from "vitest";
import { createMemoryBus } from "../../src/memory/bus.ts";
import { logged, quietLog, simulationOf } from "../support/simulations.ts";
import { busContract, recorder } from "./bus-contract.ts";

busContract("the bus in one process", async () => {
  const bus = createMemoryBus({ log: quietLog() });
  return { bus, peer: bus, release: async () => {} };
});

describe("the bus in one process", () => {
  it("counts its listeners down to none", async () => {
    const bus = createMemoryBus({ log: quietLog() });
    const releases = [
      await bus.subscribe("a", recorder()),
      await bus.subscribe("a", recorder()),
      await bus.subscribeAll(recorder()),
    ];
    expect(bus.listeners()).toBe(3);
    for (const release of releases) release();
    expect(bus.listeners()).toBe(0);
  });

  it("logs what a listener throws", async () => {
    const log = quietLog();
    const bus = createMemoryBus({ log });
    await bus.subscribe("a", {
      notice: () => {
        throw new Error("A listener's own fault.");
      },
      gap: () => {},
    });
    const event = {
      simulationId: "a",
      seq: 1,
      at: new Date(),
      simulatedTime: 0,
      engineSeq: 1,
      body: logged(),
    };
    bus.publish({ simulation: simulationOf("a", { lastSeq: 1 }), events: [event] });
    expect(log.errors).toBe(1);
  });
});
