import { Balance, Discipline, type Station as StationConfig } from "../../gen/architech/engine/v1/engine.ts";
import { StationMeter } from "./metrics/station-meter.ts";
import { hash, Random } from "./random.ts";
import type { Sharing } from "./sharing.ts";
import { TokenBucket } from "./token-bucket.ts";
import { WaitingLine } from "./waiting-line.ts";

/** Slots behind one waiting line: one replica, or all replicas where the queue is central. */
export class Pool {
  readonly line: WaitingLine;
  slots: number;
  busy = 0;
  up = true;
  /** Where the discipline is processor sharing: how its work shares the slots, which then are cores. */
  readonly sharing: Sharing | undefined;
  /** Takes requests in but begins none: its station is paused. */
  held = false;
  /** The loop that fills free slots is running; a request that ends inside it must not start another. */
  filling = false;

  constructor(slots: number, line: WaitingLine, sharing?: Sharing) {
    this.slots = slots;
    this.line = line;
    this.sharing = sharing;
  }
}

/** A station's state while the run goes on. What its requests do is serving.ts's business. */
export class Station {
  readonly index: number;
  readonly id: string;
  readonly config: StationConfig;
  readonly balance: Balance;
  readonly infinite: boolean;
  readonly shared: boolean;
  readonly central: boolean;
  readonly pools: Pool[];
  /** The pools that take requests; the same as `pools` while nothing is down. */
  available: Pool[];
  /** Pools that were scaled away and still finish what they have. */
  private leaving: Pool[] = [];
  /** Waiting places of one pool. */
  readonly queueCapacity: number;
  readonly meter = new StationMeter();
  private readonly makePool: () => Pool;
  readonly choices: Random;
  readonly callDraws: Random;
  readonly errors: Random;
  readonly cacheDraws: Random;
  readonly faultDraws: Random;

  /** Slots held, requests waiting, slots and replicas up. */
  busy = 0;
  queued = 0;
  capacity: number;
  replicasUp: number;
  /** Sets the station apart from others, for BALANCE_HASH. */
  readonly salt: number;
  /** Instances are started for requests that find none (autoscale with interval 0). */
  readonly onDemand: boolean;
  /** The most slots held at once since the autoscaler last looked. */
  peakBusy = 0;
  /** Round robin's place. */
  cursor = 0;
  /** Since when the cache has been filling. */
  cacheSinceMs = 0;
  readonly limiter: TokenBucket | undefined;
  /** By which work takes longer; the part of requests that fail at once; so many of the next as well. */
  slowness = 1;
  abortRatio = 0;
  failNext = 0;
  /** A broker that delivers nothing. */
  blocked = false;
  /** Works on nothing until then. */
  pausedUntilMs = 0;
  /** Seen full, and saturated; said once each. */
  fullSeen = false;
  saturatedSeen = false;

  constructor(
    index: number,
    config: StationConfig,
    seed: number,
    levels: number,
    share: (cores: number) => Sharing,
  ) {
    this.index = index;
    this.id = config.id;
    this.config = config;
    this.balance = config.balance;
    this.infinite = config.discipline === Discipline.DISCIPLINE_INFINITE;
    this.shared = config.discipline === Discipline.DISCIPLINE_PROCESSOR_SHARING;
    this.central = config.balance === Balance.BALANCE_CENTRAL_QUEUE || this.infinite;
    const line = () =>
      new WaitingLine(
        config.discipline === Discipline.DISCIPLINE_PRIORITY ? levels : 1,
        config.discipline === Discipline.DISCIPLINE_LIFO,
      );
    const slots = this.infinite ? Number.POSITIVE_INFINITY : config.slots;
    const inside = config.queueUnbounded ? Number.POSITIVE_INFINITY : slots + config.queueCapacity;
    this.makePool = () => (this.shared ? new Pool(inside, line(), share(slots)) : new Pool(slots, line()));
    this.pools = this.central
      ? [new Pool(slots * config.replicas, line())]
      : Array.from({ length: config.replicas }, this.makePool);
    this.available = [...this.pools];
    this.queueCapacity =
      config.queueUnbounded || this.infinite
        ? Number.POSITIVE_INFINITY
        : this.shared
          ? 0
          : config.queueCapacity;
    this.capacity = this.infinite ? 0 : config.replicas * config.slots;
    this.replicasUp = config.replicas;
    this.choices = new Random(seed, config.id, "station:balance");
    const { rateLimit } = config;
    this.limiter = rateLimit && new TokenBucket(rateLimit.perSec, rateLimit.burst);
    this.onDemand = config.autoscale?.intervalMs === 0;
    this.salt = hash(config.id, 0);
    this.callDraws = new Random(seed, config.id, "station:calls");
    this.errors = new Random(seed, config.id, "station:errors");
    this.faultDraws = new Random(seed, config.id, "station:faults");
    this.cacheDraws = new Random(seed, config.id, "station:cache");
  }

  /** Accounts for the time up to now; to be called before busy, queued, capacity or replicasUp changes. */
  elapse(nowMs: number): void {
    this.meter.elapse(
      nowMs,
      this.busy,
      this.queued,
      Math.max(this.capacity, this.infinite ? 0 : this.busy),
      this.replicasUp,
    );
  }

  /** Changes the replicas that are up, and what hangs on their number. Pools go up and down apart from this. */
  addReplicas(count: number): void {
    this.replicasUp += count;
    if (this.infinite) return;
    this.capacity += count * this.config.slots;
    if (this.central) for (const pool of this.pools) pool.slots += count * this.config.slots;
  }

  /** To be called after the pools that are up have changed. */
  findAvailable(): void {
    this.available = this.pools.filter((pool) => pool.up);
    this.cursor = 0;
  }

  /** Has this many replicas up: new ones begin empty; those that go take nothing in and finish what they have. */
  scaleTo(replicas: number): void {
    const more = replicas - this.replicasUp;
    this.addReplicas(more);
    if (this.central) {
      for (const pool of this.pools) pool.up = replicas > 0 || this.onDemand;
    } else if (more >= 0) {
      const held = this.pausedUntilMs > 0 && this.pools.some((pool) => pool.held);
      for (let i = 0; i < more; i++) this.addPool(held);
    } else {
      this.leaving = this.leaving.filter((pool) => pool.busy > 0 || pool.line.count > 0);
      for (const pool of this.available.slice(more)) {
        pool.up = false;
        this.pools.splice(this.pools.indexOf(pool), 1);
        this.leaving.push(pool);
      }
    }
    this.findAvailable();
  }

  /** Also those that were scaled away and still have something to finish. */
  get everyPool(): readonly Pool[] {
    return [...this.pools, ...this.leaving];
  }

  private addPool(held: boolean): void {
    const pool = this.makePool();
    pool.held = held;
    this.pools.push(pool);
  }

  /** Of the cache now; it rises in a straight line from 0 while the cache warms. */
  hitRatio(nowMs: number): number {
    const { cache } = this.config;
    if (cache === undefined || nowMs < this.cacheSinceMs) return 0;
    const warmth = cache.warmMs > 0 ? (nowMs - this.cacheSinceMs) / cache.warmMs : 1;
    return warmth >= 1 ? cache.hitRatio : cache.hitRatio * warmth;
  }
}
