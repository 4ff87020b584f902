// A simulation's log over any number of connections: each event once, to the last.
import { setTimeout as pause } from "node:timers/promises";
import { Unreachable } from "./errors.ts";
import { isLast, type WatchedEvent } from "./events.ts";
import { Cut, type StreamOptions, stream } from "./stream.ts";

/** Pauses between two tries, ms; then the last one again and again. */
const pausesMs = [100, 300, 1_000, 2_000];

export type Heard =
  | { readonly kind: "event"; readonly event: WatchedEvent }
  /** There is no connection just now; said once each time. */
  | { readonly kind: "cut"; readonly reason: string };

export interface FollowOptions extends StreamOptions {
  /** How long a service may be away before it is given up, wall ms. */
  readonly patienceMs: number;
}

/**
 * Throws Refused, and Unreachable when nobody answers: at once for the first connection, after `patienceMs` later.
 * Throws the signal's reason when it is aborted.
 */
export async function* follow({ patienceMs, ...options }: FollowOptions): AsyncGenerator<Heard> {
  const { url, id, signal } = options;
  let seq = options.after;
  let everHeard = false;
  let awaySince: number | undefined;
  for (let tries = 0; ; tries++) {
    try {
      for await (const event of stream({ ...options, after: seq })) {
        [everHeard, awaySince, tries] = [true, undefined, 0];
        // The log promises it; a service that broke the promise would not make us say an event twice.
        if (event.__typename !== "StreamStateChanged" && seq !== undefined && event.seq <= seq) continue;
        seq = Math.max(seq ?? 0, event.seq);
        yield { kind: "event", event };
        if (isLast(event)) return;
      }
      // Complete without a last event: it was asked for from beyond it, or the service is ending.
      if (!everHeard) return;
    } catch (error) {
      if (!(error instanceof Cut)) throw error;
      if (!everHeard) throw new Unreachable(`Cannot reach the service at ${url}: ${error.message}.`);
      if (awaySince === undefined) yield { kind: "cut", reason: error.message };
    }
    awaySince ??= performance.now();
    if (performance.now() - awaySince > patienceMs) {
      throw new Unreachable(
        `The service at ${url} has not come back. Go on with: watch ${id} --after ${seq}`,
      );
    }
    await pause(pausesMs[Math.min(tries, pausesMs.length - 1)], undefined, { signal });
  }
}
