import { Balance, Discipline, type Station as StationConfig } from "../../gen/architech/engine/v1/engine.ts";
import { StationMeter } from "./metrics/station-meter.ts";
import { hash, Random } from "./random.ts";
import { WaitingLine } from "./waiting-line.ts";

/** Slots behind one waiting line: one replica, or all replicas where the queue is central. */
export class Pool {
  readonly line: WaitingLine;
  slots: number;
  busy = 0;
  up = true;
  /** The loop that fills free slots is running; a request that ends inside it must not start another. */
  filling = false;

  constructor(slots: number, line: WaitingLine) {
    this.slots = slots;
    this.line = line;
  }
}

/** A station's state while the run goes on. What its requests do is serving.ts's business. */
export class Station {
  readonly index: number;
  readonly id: string;
  readonly config: StationConfig;
  readonly balance: Balance;
  readonly infinite: boolean;
  readonly central: boolean;
  readonly pools: Pool[];
  /** The pools that take requests; the same as `pools` while nothing is down. */
  available: Pool[];
  /** Waiting places of one pool. */
  readonly queueCapacity: number;
  readonly meter = new StationMeter();
  readonly choices: Random;
  readonly callDraws: Random;
  readonly errors: Random;
  readonly cacheDraws: Random;

  /** Slots held, requests waiting, slots and replicas up. */
  busy = 0;
  queued = 0;
  capacity: number;
  replicasUp: number;
  /** Sets the station apart from others, for BALANCE_HASH. */
  readonly salt: number;
  /** Round robin's place. */
  cursor = 0;
  /** Since when the cache has been filling. */
  cacheSinceMs = 0;
  /** Seen full, and saturated; said once each. */
  fullSeen = false;
  saturatedSeen = false;

  constructor(index: number, config: StationConfig, seed: number, levels: number) {
    this.index = index;
    this.id = config.id;
    this.config = config;
    this.balance = config.balance;
    this.infinite = config.discipline === Discipline.DISCIPLINE_INFINITE;
    this.central = config.balance === Balance.BALANCE_CENTRAL_QUEUE || this.infinite;
    const line = () =>
      new WaitingLine(
        config.discipline === Discipline.DISCIPLINE_PRIORITY ? levels : 1,
        config.discipline === Discipline.DISCIPLINE_LIFO,
      );
    const slots = this.infinite ? Number.POSITIVE_INFINITY : config.slots;
    this.pools = this.central
      ? [new Pool(slots * config.replicas, line())]
      : Array.from({ length: config.replicas }, () => new Pool(slots, line()));
    this.available = this.pools;
    this.queueCapacity = config.queueUnbounded ? Number.POSITIVE_INFINITY : config.queueCapacity;
    this.capacity = this.infinite ? 0 : config.replicas * config.slots;
    this.replicasUp = config.replicas;
    this.choices = new Random(seed, config.id, "station:balance");
    this.salt = hash(config.id, 0);
    this.callDraws = new Random(seed, config.id, "station:calls");
    this.errors = new Random(seed, config.id, "station:errors");
    this.cacheDraws = new Random(seed, config.id, "station:cache");
  }

  /** Accounts for the time up to now; to be called before busy, queued, capacity or replicasUp changes. */
  elapse(nowMs: number): void {
    this.meter.elapse(nowMs, this.busy, this.queued, this.capacity, this.replicasUp);
  }

  /** Of the cache now; it rises in a straight line from 0 while the cache warms. */
  hitRatio(nowMs: number): number {
    const { cache } = this.config;
    if (cache === undefined) return 0;
    const warmth = cache.warmMs > 0 ? (nowMs - this.cacheSinceMs) / cache.warmMs : 1;
    return warmth >= 1 ? cache.hitRatio : cache.hitRatio * warmth;
  }
}
