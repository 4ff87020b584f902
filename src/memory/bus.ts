// The bus of a service that is one process: notices go straight from publisher to listeners.
import { messageOf } from "../core/errors.ts";
import { createNoticeSieve } from "../core/notices.ts";
import type { Bus, BusListener, Notice } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";

export interface MemoryBus extends Bus {
  /** Listeners that have not unsubscribed. */
  listeners(): number;
}

/**
 * Delivers during `publish`, in the order of publishing. What a listener publishes while it is being told waits
 * until all have heard the notice before, so that no two listeners see different orders.
 */
export function createMemoryBus({ log }: { readonly log: Log }): MemoryBus {
  const bySimulation = new Map<string, Set<Listening>>();
  const ofAll = new Set<Listening>();
  const sieve = createNoticeSieve();
  const waiting: Notice[] = [];
  let delivering = false;
  let closed = false;

  function deliver(notice: Notice): void {
    const listeners = bySimulation.get(notice.simulation.id);
    if (listeners !== undefined) tell(listeners, notice);
    if (ofAll.size > 0 && sieve.letsThrough(notice, performance.now())) tell(ofAll, notice);
  }

  function tell(listeners: ReadonlySet<Listening>, notice: Notice): void {
    for (const { listener } of listeners) {
      try {
        listener.notice(notice);
      } catch (error) {
        log.error({ simulationId: notice.simulation.id, error: messageOf(error) }, "A bus listener threw.");
      }
    }
  }

  return {
    publish(notice) {
      if (closed) return;
      waiting.push(notice);
      if (delivering) return;
      delivering = true;
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) deliver(next);
      } finally {
        delivering = false;
      }
    },

    async subscribe(simulationId, listener) {
      const listening = { listener };
      const listeners = bySimulation.get(simulationId) ?? new Set();
      bySimulation.set(simulationId, listeners.add(listening));
      return () => {
        listeners.delete(listening);
        if (listeners.size === 0 && bySimulation.get(simulationId) === listeners) {
          bySimulation.delete(simulationId);
        }
      };
    },

    async subscribeAll(listener) {
      const listening = { listener };
      ofAll.add(listening);
      return () => void ofAll.delete(listening);
    },

    health: () => (closed ? { up: false, reason: "The bus is closed." } : { up: true }),

    listeners() {
      let count = ofAll.size;
      for (const listeners of bySimulation.values()) count += listeners.size;
      return count;
    },

    async close() {
      closed = true;
      bySimulation.clear();
      ofAll.clear();
    },
  };
}

/** One subscription; a listener may have several. */
interface Listening {
  readonly listener: BusListener;
}
