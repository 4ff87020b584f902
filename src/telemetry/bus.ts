// The bus, counted and traced. A notice carries the trace in which it was published, so that whoever hears it, here or
// on another replica, can go on with it.

import { uncorrelated } from "../core/correlation.ts";
import type { Bus, BusListener, Notice } from "../core/ports/bus.ts";
import type { Meter } from "../core/ports/meter.ts";
import type { Deliveries } from "./deliveries.ts";
import { currentTraceparent, spanContextFrom, type Tracing } from "./tracing.ts";

interface BusObservers {
  readonly meter: Meter;
  readonly tracing: Tracing | undefined;
  readonly deliveries: Deliveries;
}

export function observedBus(bus: Bus, { meter, tracing, deliveries }: BusObservers): Bus {
  const published = meter.counter("simulations_notices_total", { stage: "published" });
  const publishedEvents = meter.counter("simulations_events_total", { stage: "published" });
  const heard = meter.counter("simulations_notices_total", { stage: "heard" });
  const heardEvents = meter.counter("simulations_events_total", { stage: "heard" });
  const gaps = meter.counter("simulations_bus_gaps_total", {});
  meter.gauge("simulations_bus_up", {}, () => (bus.health().up ? 1 : 0));

  /** Whom a notice wakes does not work for the request that has published it. */
  function apart(work: () => void): void {
    uncorrelated(() => (tracing === undefined ? work() : tracing.apart(work)));
  }

  function listening(listener: BusListener, hear: (notice: Notice) => void): BusListener {
    return {
      notice(notice) {
        heard.add();
        hear(notice);
        listener.notice(notice);
      },
      gap() {
        gaps.add();
        listener.gap();
      },
    };
  }

  function learn({ simulation, traceparent }: Notice): void {
    if (tracing === undefined) return;
    const context = spanContextFrom(traceparent);
    if (context !== undefined) tracing.wanted.learn(simulation, context);
    if (simulation.endTime !== null) tracing.wanted.forget(simulation.id);
  }

  return {
    publish(notice) {
      published.add();
      publishedEvents.add(notice.events.length);
      const traceparent = tracing === undefined ? undefined : currentTraceparent();
      if (traceparent === undefined) return apart(() => bus.publish(notice));
      tracing?.mark("publish", { "notice.events": notice.events.length });
      apart(() => bus.publish({ ...notice, traceparent }));
    },
    subscribe: (simulationId, listener) =>
      bus.subscribe(
        simulationId,
        listening(listener, (notice) => {
          heardEvents.add(notice.events.length);
          if (tracing !== undefined) deliveries.heard(notice);
        }),
      ),
    subscribeAll: (listener) => bus.subscribeAll(listening(listener, learn)),
    health: () => bus.health(),
    close: () => bus.close(),
  };
}
