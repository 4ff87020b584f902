// What is played: simulations whose events are published to Redis, and when each event was.
import type { Redis } from "ioredis";

/** How a contender is told of events of one simulation. */
export interface Publication {
  readonly simulationId: string;
  readonly channel: string;
  /** The seq after which its events go on. */
  readonly lastSeq: number;
  message(seq: number, at: Date): string | Buffer;
}

export class Theatre {
  readonly simulations: readonly Publication[];
  readonly lastSeqs: number[];
  readonly #redis: Redis;
  readonly #times: readonly Float64Array[];
  #failure: Error | undefined;
  #next = 0;

  /** When the newest events were published is remembered for so many of each simulation. */
  constructor(redis: Redis, simulations: readonly Publication[], remembered = 16_384) {
    this.#redis = redis;
    this.simulations = simulations;
    this.lastSeqs = simulations.map(({ lastSeq }) => lastSeq);
    this.#times = simulations.map(() => new Float64Array(remembered));
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** An event of the next simulation in turn; answers which. */
  playNext(): number {
    const simulation = this.#next;
    this.#next = (simulation + 1) % this.simulations.length;
    this.play(simulation);
    return simulation;
  }

  play(simulation: number): void {
    const publication = this.simulations[simulation];
    if (publication === undefined) throw new Error(`There is no simulation ${simulation}.`);
    const seq = (this.lastSeqs[simulation] ?? 0) + 1;
    this.lastSeqs[simulation] = seq;
    const message = publication.message(seq, new Date());
    this.published(simulation, seq);
    this.#redis.publish(publication.channel, message).catch((error) => this.fail(error));
  }

  protected fail(error: Error): void {
    this.#failure ??= error;
  }

  /** Notes that this event goes out now. */
  published(simulation: number, seq: number): void {
    const times = this.#times[simulation];
    if (times !== undefined) times[seq % times.length] = performance.now();
  }

  /** ms, of `performance.now`. */
  publishedAt(simulation: number, seq: number): number {
    const times = this.#times[simulation] ?? new Float64Array(1);
    return times[seq % times.length] ?? Number.NaN;
  }
}
