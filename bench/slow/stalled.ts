// Viewers that stop reading: what the others notice, and what it costs to have them.
import { setTimeout as delay } from "node:timers/promises";
import { Audience } from "../fanout/audience.ts";
import type { LiveContender } from "../fanout/contenders.ts";
import { everything } from "../fanout/documents.ts";
import { openLoop } from "../fanout/loops.ts";
import { Theatre } from "../fanout/theatre.ts";
import type { World } from "../fanout/world.ts";
import { type Figures, quantile } from "../support/contest.ts";
import type { LoggedTheatre } from "./logged-theatre.ts";

export interface StalledOptions {
  /** As long as nobody stalls before: what is kept for whoever comes late has come to its bounds by then. */
  readonly stallSeconds: number;
  /** Of each simulation, in a second. */
  readonly events: number;
}

export const stalledSimulations = 5;
const healthyViewers = 900;
const stalledViewers = 100;
const catchUpWithinMs = 20_000;
const warmUpMs = 3_000;

/** `logged`: what is played where the contender reads a log. */
export async function measureStalled(
  world: World,
  contender: LiveContender,
  logged: LoggedTheatre | undefined,
  { stallSeconds, events }: StalledOptions,
): Promise<Figures> {
  const server = await contender.start();
  const subjects = world.simulations.slice(0, stalledSimulations);
  const theatre = logged ?? new Theatre(world.redis, subjects.map(contender.publication));
  const { sendsToAll } = contender;
  const audience = (viewers: number) =>
    new Audience({
      theatre,
      port: server.port,
      viewers,
      selections: [everything],
      ...(sendsToAll === undefined ? {} : { sentAnyway: sendsToAll }),
      sampleEvery: 1,
      strict: false,
    });
  const healthy = audience(healthyViewers);
  const stalled = audience(stalledViewers);
  try {
    await healthy.join();
    const loop = openLoop(events * stalledSimulations, () => theatre.playNext());
    await delay(warmUpMs);
    healthy.latencies = [];
    await delay(stallSeconds * 1_000 - warmUpMs);
    const without = healthy.latencies;
    loop.stop();
    await delay(warmUpMs / 3);
    await stalled.join();
    const before = await server.memory();

    for (const viewer of stalled.viewers) viewer.pause();
    const again = openLoop(events * stalledSimulations, () => theatre.playNext());
    await delay(warmUpMs);
    healthy.latencies = [];
    await delay(stallSeconds * 1_000 - warmUpMs);
    const beside = healthy.latencies;
    again.stop();
    await delay(warmUpMs / 3);
    const after = await server.memory();
    healthy.check();
    if (healthy.losses.size > 0) throw new Error(`${healthy.losses.size} healthy viewers were lost.`);

    for (const viewer of stalled.viewers) viewer.resume();
    const isThere = () =>
      stalled.viewers.every(
        (viewer) => viewer.isLost || viewer.lastRead >= (theatre.lastSeqs[viewer.simulation] ?? 0),
      );
    await stalled.until(isThere, catchUpWithinMs);
    return {
      p50: quantile(without, 0.5),
      p99: quantile(without, 0.99),
      p50Beside: quantile(beside, 0.5),
      p99Beside: quantile(beside, 0.99),
      heapPerStalled: (after.heap - before.heap) / stalledViewers,
      residentPerStalled: (after.resident - before.resident) / stalledViewers,
      cut: stalled.losses.size,
      caughtUp: stalled.viewers.filter(
        (viewer) => !viewer.isLost && viewer.lastRead >= (theatre.lastSeqs[viewer.simulation] ?? 0),
      ).length,
    };
  } finally {
    healthy.leave();
    stalled.leave();
    await server.kill();
  }
}
