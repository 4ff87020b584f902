// Notices as hints: what they tell is found by the next scan as well, so nobody waits for the bus.
import { messageOf } from "../core/errors.ts";
import type { Bus, BusListener, Unsubscribe } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";

/** Listens from now on, or from whenever the bus is there. */
export function takeHints(bus: Bus, listener: BusListener, log: Log): Unsubscribe {
  let stopped = false;
  let unsubscribe: Unsubscribe = () => {};
  bus.subscribeAll(listener).then(
    (begun) => {
      if (stopped) begun();
      else unsubscribe = begun;
    },
    (error: unknown) => {
      if (!stopped) log.warn({ reason: messageOf(error) }, "No hints from the bus; scanning only.");
    },
  );
  return () => {
    stopped = true;
    unsubscribe();
  };
}
