// Every sentence of the bus port, for every adapter: `busContract("…", open)` inside a test file.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventBody, SimulationEvent } from "../../src/core/events.ts";
import type { Bus, BusListener, Notice } from "../../src/core/ports/bus.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { changedTo, logged, sampled, simulationOf } from "../support/simulations.ts";

export interface BusUnderTest {
  /** Where the tests listen. */
  readonly bus: Bus;
  /** Another replica's bus, where the tests publish; of a bus in one process, the same. */
  readonly peer: Bus;
  /** Lets go of what the buses use, after both are closed. */
  release(): Promise<void>;
}

/** Remembers what it hears, and can be waited for. */
export function recorder(): BusListener & {
  notices: Notice[];
  gaps: number;
  until(count: number): Promise<void>;
} {
  const waiters: { count: number; resolve: () => void }[] = [];
  const heard = {
    notices: [] as Notice[],
    gaps: 0,
    notice(notice: Notice) {
      heard.notices.push(notice);
      for (const waiter of waiters) if (heard.notices.length >= waiter.count) waiter.resolve();
    },
    gap() {
      heard.gaps += 1;
    },
    until(count: number): Promise<void> {
      if (heard.notices.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiters.push({ count, resolve }));
    },
  };
  return heard;
}

let made = 0;

/** Ids of their own for each test: adapters may share one server. */
function freshId(): string {
  made += 1;
  return `018f0000-0000-7000-8000-${String(Date.now() % 1e6).padStart(6, "0")}${String(made).padStart(6, "0")}`;
}

function noticeOf(
  id: string,
  lastSeq: number,
  bodies: readonly EventBody[],
  over: Partial<Simulation> = {},
): Notice {
  const events = bodies.map(
    (body, index): SimulationEvent => ({
      simulationId: id,
      seq: lastSeq - bodies.length + 1 + index,
      at: new Date(1_700_000_000_000 + lastSeq),
      simulatedTime: lastSeq / 2,
      engineSeq: lastSeq,
      body,
    }),
  );
  return { simulation: simulationOf(id, { lastSeq, ...over }), events };
}

export function busContract(title: string, open: () => Promise<BusUnderTest>): void {
  describe(title, () => {
    let under: BusUnderTest;

    beforeEach(async () => {
      under = await open();
    });

    afterEach(async () => {
      await under.bus.close();
      await under.peer.close();
      await under.release();
    });

    it("carries a notice whole, times, bytes and nulls included", async () => {
      const id = freshId();
      const heard = recorder();
      await under.bus.subscribe(id, heard);
      const notice = noticeOf(id, 2, [sampled({ throughput: 1 / 3 }), logged("größer ≥ 1 🙂")], {
        waiting: { code: "CAPACITY", message: "All places are taken." },
        labels: { team: "blue" },
        endTime: null,
      });
      under.peer.publish(notice);
      await heard.until(1);
      expect(heard.notices).toEqual([notice]);
    });

    it("has begun to listen when the promise of a subscription resolves", async () => {
      for (let round = 0; round < 20; round += 1) {
        const id = freshId();
        const heard = recorder();
        const unsubscribe = await under.bus.subscribe(id, heard);
        under.peer.publish(noticeOf(id, 1, [logged()]));
        await heard.until(1);
        unsubscribe();
      }
    });

    it("brings notices without events", async () => {
      const id = freshId();
      const heard = recorder();
      await under.bus.subscribe(id, heard);
      under.peer.publish(noticeOf(id, 7, [], { staleReason: "The engine is silent." }));
      await heard.until(1);
      expect(heard.notices[0]?.events).toEqual([]);
      expect(heard.notices[0]?.simulation.staleReason).toBe("The engine is silent.");
    });

    it("brings the notices of one publisher in their order", async () => {
      const id = freshId();
      const heard = recorder();
      await under.bus.subscribe(id, heard);
      for (let seq = 1; seq <= 200; seq += 1) under.peer.publish(noticeOf(id, seq, [logged()]));
      await heard.until(200);
      expect(heard.notices.map(({ simulation }) => simulation.lastSeq)).toEqual(
        Array.from({ length: 200 }, (_, index) => index + 1),
      );
    });

    it("brings a subscription of one simulation nothing of another", async () => {
      const [mine, other] = [freshId(), freshId()];
      const heard = recorder();
      const ofOther = recorder();
      await under.bus.subscribe(mine, heard);
      await under.bus.subscribe(other, ofOther);
      under.peer.publish(noticeOf(other, 1, [logged()]));
      await ofOther.until(1);
      under.peer.publish(noticeOf(mine, 1, [logged()]));
      await heard.until(1);
      expect(heard.notices.map(({ simulation }) => simulation.id)).toEqual([mine]);
    });

    it("serves every listener of a simulation, also the same one twice, until each has unsubscribed", async () => {
      const id = freshId();
      const [one, two] = [recorder(), recorder()];
      const first = await under.bus.subscribe(id, one);
      const again = await under.bus.subscribe(id, one);
      await under.bus.subscribe(id, two);
      under.peer.publish(noticeOf(id, 1, [logged()]));
      await one.until(2);
      await two.until(1);
      first();
      first();
      under.peer.publish(noticeOf(id, 2, [logged()]));
      await one.until(3);
      await two.until(2);
      again();
      under.peer.publish(noticeOf(id, 3, [logged()]));
      await two.until(3);
      expect(one.notices.map(({ simulation }) => simulation.lastSeq)).toEqual([1, 1, 2]);
    });

    it("listens anew after the last listener has gone", async () => {
      const id = freshId();
      const early = recorder();
      (await under.bus.subscribe(id, early))();
      const late = recorder();
      await under.bus.subscribe(id, late);
      under.peer.publish(noticeOf(id, 1, [logged()]));
      await late.until(1);
      expect(early.notices).toEqual([]);
    });

    it("keeps a listener that throws from the publisher and from other listeners", async () => {
      const id = freshId();
      const heard = recorder();
      await under.bus.subscribe(id, {
        notice: () => {
          throw new Error("A listener's own fault.");
        },
        gap: () => {},
      });
      await under.bus.subscribe(id, heard);
      expect(() => under.peer.publish(noticeOf(id, 1, [logged()]))).not.toThrow();
      await heard.until(1);
    });

    it("lets a listener publish and subscribe while it is told", async () => {
      const id = freshId();
      const [one, two] = [recorder(), recorder()];
      await under.bus.subscribe(id, {
        notice(notice) {
          one.notice(notice);
          if (notice.simulation.lastSeq === 1) under.bus.publish(noticeOf(id, 2, [logged()]));
        },
        gap: () => {},
      });
      await under.bus.subscribe(id, two);
      under.peer.publish(noticeOf(id, 1, [logged()]));
      await one.until(2);
      await two.until(2);
      for (const { notices } of [one, two]) {
        expect(notices.map(({ simulation }) => simulation.lastSeq)).toEqual([1, 2]);
      }
    });

    it("tells all-listeners of every simulation's status, desire and speed, however close together", async () => {
      const ids = [freshId(), freshId()];
      const heard = recorder();
      const unsubscribe = await under.bus.subscribeAll(heard);
      for (const id of ids) {
        under.peer.publish(noticeOf(id, 1, [changedTo("RUNNING", "STARTING")]));
        under.peer.publish(noticeOf(id, 2, [{ type: "SPEED_CHANGED", speed: 10, desiredSpeed: 20 }]));
        const restarted = { type: "ATTEMPT_STARTED", attempt: 2, reason: "lost", replay: true } as const;
        under.peer.publish(noticeOf(id, 3, [restarted]));
        under.peer.publish(noticeOf(id, 3, [], { staleReason: "The engine is silent." }));
        const waiting = { code: "CAPACITY", message: "All places are taken." } as const;
        under.peer.publish(noticeOf(id, 3, [], { waiting }));
        under.peer.publish(noticeOf(id, 4, [changedTo("COMPLETED")], { status: "COMPLETED" }));
      }
      const own = () => heard.notices.filter(({ simulation }) => ids.includes(simulation.id));
      for (let count = 1; own().length < 12; count += 1) await heard.until(count);
      for (const id of ids) {
        const seqs = own().filter(({ simulation }) => simulation.id === id);
        expect(seqs.map(({ simulation }) => simulation.lastSeq)).toEqual([1, 2, 3, 3, 3, 4]);
      }
      unsubscribe();
    });

    it("tells all-listeners of bare progress once a second at most", async () => {
      const id = freshId();
      const heard = recorder();
      await under.bus.subscribeAll(heard);
      const began = performance.now();
      for (let seq = 1; seq <= 50; seq += 1) {
        under.peer.publish(noticeOf(id, seq, [sampled()], { progress: seq / 100 }));
      }
      const seconds = (performance.now() - began) / 1_000;
      under.peer.publish(noticeOf(id, 51, [changedTo("PAUSED")], { status: "PAUSED" }));
      const own = () => heard.notices.filter(({ simulation }) => simulation.id === id);
      for (let count = 1; own().at(-1)?.simulation.lastSeq !== 51; count += 1) await heard.until(count);
      expect(own()[0]?.simulation.lastSeq).toBe(1);
      expect(own().length).toBeLessThanOrEqual(2 + Math.ceil(seconds));
    });

    it("tells an all-listener nothing after it has unsubscribed", async () => {
      const id = freshId();
      const [gone, stays] = [recorder(), recorder()];
      const unsubscribe = await under.bus.subscribeAll(gone);
      await under.bus.subscribeAll(stays);
      unsubscribe();
      unsubscribe();
      under.peer.publish(noticeOf(id, 1, [changedTo("RUNNING")]));
      const own = () => stays.notices.some(({ simulation }) => simulation.id === id);
      for (let count = 1; !own(); count += 1) await stays.until(count);
      expect(gone.notices.filter(({ simulation }) => simulation.id === id)).toEqual([]);
    });

    it("is up, and after close it is down, says why, and drops what is published", async () => {
      const id = freshId();
      const heard = recorder();
      await under.bus.subscribe(id, heard);
      expect(under.bus.health().up).toBe(true);
      await under.bus.close();
      await under.bus.close();
      expect(under.bus.health()).toEqual({ up: false, reason: expect.any(String) });
      expect(() => under.bus.publish(noticeOf(id, 1, [logged()]))).not.toThrow();
      expect(heard.notices).toEqual([]);
    });
  });
}
