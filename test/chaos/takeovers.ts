// How long it took until what an owner had left behind went on: in the store, and at clients that had lost their
// connection. Begun when a fault is made, worked out at the end.
import type { Written } from "./audit.ts";
import type { History } from "./history.ts";

/** An owner was taken away. */
export interface Loss {
  /** "replica-1/3": whose writes do not count. */
  readonly writer: string;
  /** What it is called in leases: nor do writes into rows that it still owns, such as a viewer's. */
  readonly owner: string;
  /** When: wall ms, and ms of the monotonic clock. */
  readonly wall: number;
  readonly t: number;
  /** What it drove that was under way. */
  readonly simulations: readonly string[];
}

/** Of each simulation of each loss: ms to the first write of another owner, whatever it says. */
export function ownedAfter(losses: readonly Loss[], written: readonly Written[]): number[] {
  return after(losses, written, (one, { owner }) => one.owner !== owner);
}

/**
 * Of each simulation of each loss: ms to the next event of its engine run in the store. Without those for which there
 * was none, and those that somebody wanted paused or stopped meanwhile: they have less to tell.
 */
export function storedAfter(
  losses: readonly Loss[],
  written: readonly Written[],
  history: History,
): number[] {
  const intents = Map.groupBy(
    history.filter((entry) => entry.kind === "intent-asked"),
    ({ simulation }) => simulation,
  );
  const undisturbed = losses.map((loss) => ({
    ...loss,
    simulations: loss.simulations.filter(
      (id) =>
        !intents.get(id)?.some(({ wall }) => wall > loss.wall - disturbsMs && wall < loss.wall + disturbsMs),
    ),
  }));
  return after(undisturbed, written, ({ engineEvents }) => engineEvents > 0);
}

/** An intent so near to a loss changes what there is to tell after it, ms. */
const disturbsMs = 10_000;

function after(
  losses: readonly Loss[],
  written: readonly Written[],
  counts: (one: Written, loss: Loss) => boolean,
): number[] {
  const bySimulation = Map.groupBy(written, ({ simulation }) => simulation);
  return losses.flatMap((loss) =>
    loss.simulations.flatMap((simulation) => {
      const next = bySimulation
        .get(simulation)
        ?.find((one) => one.at > loss.wall && one.writer !== loss.writer && counts(one, loss));
      return next === undefined ? [] : [next.at - loss.wall];
    }),
  );
}

/** Of each simulation of each loss: ms between the last engine event of the old owner and the first of the next. */
export function gapsOf(losses: readonly Loss[], written: readonly Written[]): number[] {
  const bySimulation = Map.groupBy(
    written.filter(({ engineEvents }) => engineEvents > 0),
    ({ simulation }) => simulation,
  );
  return losses.flatMap(({ writer, simulations, wall }) =>
    simulations.flatMap((simulation) => {
      const events = bySimulation.get(simulation) ?? [];
      const last = events.findLast((one) => one.writer === writer);
      const next = events.find((one) => one.writer !== writer && one.at > wall);
      return last === undefined || next === undefined || next.at < last.at ? [] : [next.at - last.at];
    }),
  );
}

/**
 * Connections that break so soon after a loss are taken to have broken by it, ms: straight ones to the lost replica,
 * where it may first have to be noticed that nothing comes any more, and those through the proxy, to whomever.
 */
const brokenWithinMs = { straight: 4_000, front: 300 };
/** Simulations that have no new event for so long after a loss are not asked about here, ms. */
const tellsWithinMs = 5_000;
/** A stream that brings nothing for so long did not wait for this loss, ms. */
const forgottenMs = 60_000;

/** Of each stream of a lost simulation that the loss cut: ms to the next event at that client. */
export function seenAfter(losses: readonly Loss[], written: readonly Written[], history: History): number[] {
  const bySimulation = Map.groupBy(written, ({ simulation }) => simulation);
  // What was paused or not yet running has nothing to tell.
  const tells = (simulation: string, { wall }: Loss) =>
    bySimulation
      .get(simulation)
      ?.some(({ at, engineEvents }) => at > wall && at < wall + tellsWithinMs && engineEvents > 0) ?? false;
  const found: number[] = [];
  const streams = new Map<string, { key: string; simulation: string; replica: string; t: number }>();
  const waiting = new Map<string, number>();
  const ordered = [...losses].sort((a, b) => a.t - b.t);
  let current: Loss | undefined;
  for (const entry of history) {
    while (ordered[0] !== undefined && ordered[0].t <= entry.t) current = ordered.shift();
    if (entry.kind === "subscribed") {
      const { stream, client, simulation, replica, t } = entry;
      streams.set(stream, { key: `${client} ${simulation}`, simulation, replica, t });
    } else if (entry.kind === "closed") {
      const stream = streams.get(entry.stream);
      if (stream === undefined || current === undefined || stream.t > current.t) continue;
      const { key, simulation, replica } = stream;
      const straight = current.writer.startsWith(`${replica}/`);
      if (!straight && replica !== "front") continue;
      if (entry.t - current.t > brokenWithinMs[straight ? "straight" : "front"]) continue;
      if (!current.simulations.includes(simulation) || waiting.has(key)) continue;
      if (tells(simulation, current)) waiting.set(key, current.t);
    } else if (entry.kind === "event") {
      const key = `${entry.client} ${entry.simulation}`;
      const since = waiting.get(key);
      if (since === undefined) continue;
      waiting.delete(key);
      if (entry.t - since < forgottenMs) found.push(entry.t - since);
    }
  }
  return found;
}

/** Writes of engine events by who was not the row's owner at that moment. */
export function staleWrites(written: readonly Written[], ids: ReadonlyMap<string, string>): Written[] {
  return written.filter(({ engineEvents, writer, owner }) => {
    const id = ids.get(writer);
    return engineEvents > 0 && owner !== null && id !== undefined && owner !== id;
  });
}

/**
 * From stored to received, ms, of live streams, for what was stored within the window (wall ms). What a stream
 * brings to catch up does not count.
 */
export function deliveryDelays(history: History, from: number, to: number): number[] {
  const live = new Map<string, boolean>();
  const delays: number[] = [];
  for (const entry of history) {
    if (entry.kind === "stream-state")
      live.set(entry.stream, entry.state === "LIVE" || entry.state === "STALE");
    if (entry.kind !== "event" || live.get(entry.stream) !== true) continue;
    if (entry.committedAt >= from && entry.committedAt <= to) delays.push(entry.wall - entry.committedAt);
  }
  return delays;
}
