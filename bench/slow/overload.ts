// Three times as much as the service can deliver, for a minute: what is not lost, what it does to memory, and how late
// changes of status come.
import { setTimeout as delay } from "node:timers/promises";
import { Audience } from "../fanout/audience.ts";
import type { LiveContender } from "../fanout/contenders.ts";
import { selections } from "../fanout/documents.ts";
import { closedLoop, openLoop } from "../fanout/loops.ts";
import { Theatre } from "../fanout/theatre.ts";
import type { Viewer } from "../fanout/viewer.ts";
import type { Subject, World } from "../fanout/world.ts";
import { type Figures, quantile } from "../support/contest.ts";
import type { LoggedTheatre } from "./logged-theatre.ts";

export const overloadSimulations = 2;
const viewers = 1_000;
const perSimulation = viewers / overloadSimulations;
const times = 3;
const inFlight = 32;
const settleMs = 5_000;
const statusEveryMs = 500;
/** What is offered beyond what can be delivered takes as many times as long, and the machine may be slower then. */
const drainWithinMs = (seconds: number) => 60_000 + 2 * (times - 1) * seconds * 1_000;
const looksEveryMs = 250;

/** Deliveries a second at most, told by a server of its own. `subjects`: their logs are not touched. */
export async function saturationOf(
  world: World,
  contender: LiveContender,
  subjects: readonly Subject[],
): Promise<number> {
  const server = await contender.start();
  const theatre = new Theatre(world.redis, subjects.map(contender.publication));
  const audience = new Audience({
    theatre,
    port: server.port,
    viewers,
    selections: [selections[0]],
    sampleEvery: 64,
    strict: true,
  });
  try {
    await audience.join();
    const loop = closedLoop(theatre, audience, inFlight);
    await delay(settleMs);
    const [began, before] = [performance.now(), audience.delivered];
    await delay(settleMs);
    const rate = ((audience.delivered - before) / (performance.now() - began)) * 1_000;
    loop.stop();
    await audience.settle();
    return rate;
  } finally {
    audience.leave();
    await server.kill();
  }
}

export async function measureOverload(
  contender: LiveContender,
  theatre: LoggedTheatre,
  saturation: number,
  seconds: number,
  maxRate?: number,
): Promise<Figures> {
  const server = await contender.start();
  const statuses = new Statuses(theatre);
  const audience = new Audience({
    theatre,
    port: server.port,
    viewers,
    selections: [selections[0]],
    sampleEvery: 16,
    strict: false,
    ...(maxRate === undefined ? {} : { maxRate }),
    told: (viewer, event) => statuses.hear(viewer, event),
  });
  try {
    await audience.join();
    const [before, heapBefore] = [server.resident(), (await server.memory()).heap];
    let most = before;
    const look = setInterval(() => {
      if (server.running) most = Math.max(most, server.resident());
    }, looksEveryMs);
    audience.latencies = [];
    const playedBefore = theatre.played;
    const deliveredBefore = audience.delivered;
    statuses.begin();
    const loop = openLoop((times * saturation) / perSimulation, () => theatre.playNext());
    const began = performance.now();
    while (performance.now() - began < seconds * 1_000) {
      await Promise.all(theatre.simulations.map((_, simulation) => theatre.playStatus(simulation)));
      await delay(statusEveryMs);
      audience.check();
    }
    loop.stop();
    const played = theatre.played - playedBefore;
    const delivered = audience.delivered - deliveredBefore;
    const heapAtTheEnd = (await server.memory()).heap;
    const ended = performance.now();
    const all = await audience.until(() => statuses.lackedBy(audience.viewers) === 0, drainWithinMs(seconds));
    clearInterval(look);
    if (audience.losses.size > 0) {
      const [why] = audience.losses.values();
      throw new Error(`${audience.losses.size} viewers were lost: ${why}\n${server.said()}`);
    }
    if (!all) throw new Error(`${statuses.lackedBy(audience.viewers)} changes of status did not arrive.`);
    statuses.check();
    const after = await server.memory();
    return {
      eventsPerSecond: played / seconds,
      skipped: theatre.skipped,
      offeredPerSecond: (played * perSimulation) / seconds,
      deliveredPerSecond: delivered / seconds,
      statuses: statuses.count,
      statusP50: quantile(statuses.latencies, 0.5),
      statusP99: quantile(statuses.latencies, 0.99),
      metricsP50: quantile(audience.latencies, 0.5),
      drain: (performance.now() - ended) / 1_000,
      growth: most - before,
      heapGrowth: heapAtTheEnd - heapBefore,
      heapGrowthAfter: after.heap - heapBefore,
    };
  } finally {
    audience.leave();
    await server.kill();
  }
}

/** Whether each viewer is told of every change of status, in order. */
class Statuses {
  readonly latencies: number[] = [];
  readonly #theatre: LoggedTheatre;
  readonly #heard = new Map<Viewer, number[]>();
  /** By simulation: the seq after which changes count. */
  #after: readonly number[] = [];

  constructor(theatre: LoggedTheatre) {
    this.#theatre = theatre;
  }

  begin(): void {
    this.#after = [...this.#theatre.lastSeqs];
  }

  get count(): number {
    return [...this.#heard.values()].reduce((sum, seqs) => sum + seqs.length, 0);
  }

  hear(viewer: Viewer, { __typename, seq }: Readonly<Record<string, unknown>>): void {
    if (__typename !== "StatusChanged" || typeof seq !== "number") return;
    if (seq <= (this.#after[viewer.simulation] ?? Number.POSITIVE_INFINITY)) return;
    const heard = this.#heard.get(viewer) ?? [];
    this.#heard.set(viewer, heard);
    heard.push(seq);
    this.latencies.push(performance.now() - this.#theatre.publishedAt(viewer.simulation, seq));
  }

  /** How many are still to come. */
  lackedBy(all: readonly Viewer[]): number {
    const told = this.#theatre.simulations.map((_, simulation) => this.#told(simulation).length);
    let lacked = 0;
    for (const viewer of all) {
      lacked += (told[viewer.simulation] ?? 0) - (this.#heard.get(viewer)?.length ?? 0);
    }
    return lacked;
  }

  /** Throws where something else has come. */
  check(): void {
    for (const [{ simulation }, heard] of this.#heard) {
      const told = this.#told(simulation);
      if (heard.some((seq, place) => seq !== told[place])) {
        throw new Error(`Changes of status ${heard.join()} came for ${told.join()}.`);
      }
    }
  }

  #told(simulation: number): readonly number[] {
    const after = this.#after[simulation] ?? 0;
    return (this.#theatre.statusSeqs[simulation] ?? []).filter((seq) => seq > after);
  }
}
