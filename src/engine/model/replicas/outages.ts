import type { Brokering } from "../brokering.ts";
import { CALLING, type Request, type RequestTable, WORKING } from "../flight.ts";
import type { Serving } from "../serving.ts";
import type { SharedWork } from "../shared-work.ts";
import type { Pool, Station } from "../station.ts";

/** Replicas that come and go: killed and back, scaled up and down, paused. */
export class Outages {
  private readonly requests: RequestTable;
  private readonly serving: Serving;
  private readonly sharedWork: SharedWork;
  private readonly brokering: Brokering;

  constructor(requests: RequestTable, serving: Serving, sharedWork: SharedWork, brokering: Brokering) {
    this.brokering = brokering;
    this.requests = requests;
    this.serving = serving;
    this.sharedWork = sharedWork;
  }

  /**
   * Takes down `count` replicas (fewer where fewer are up). What they do fails at once; the queue of a central
   * station lives on while one replica does. "any": one of them by chance (count 1). Returns what `restore` needs to bring them back.
   */
  kill(station: Station, count: number, nowMs: number, which: "last" | "any" = "last"): Outage {
    station.elapse(nowMs);
    const killed = Math.min(count, station.replicasUp);
    if (killed === 0) return { pools: [], replicas: 0 };
    return station.central ? this.killCentral(station, killed) : this.killPools(station, killed, which);
  }

  restore(station: Station, outage: Outage, nowMs: number): void {
    station.elapse(nowMs);
    if (outage.replicas > 0) {
      station.addReplicas(outage.replicas);
      for (const pool of station.central ? station.pools : outage.pools) pool.up = true;
      station.findAvailable();
    }
    this.wake(station);
  }

  /** Replicas that go finish what they have. */
  scale(station: Station, replicas: number, nowMs: number): void {
    station.elapse(nowMs);
    station.scaleTo(replicas);
    this.wake(station);
  }

  /** Nothing is begun and no work goes on until `untilMs`; Infinity: to the end. */
  pause(station: Station, untilMs: number, nowMs: number): void {
    const sinceMs = Math.max(nowMs, station.pausedUntilMs);
    if (untilMs <= sinceMs) return;
    station.pausedUntilMs = untilMs;
    for (const pool of station.everyPool) {
      pool.held = true;
      if (pool.sharing !== undefined) this.sharedWork.hold(station, pool.sharing, true);
    }
    if (station.shared) return;
    for (const request of this.at(station, WORKING)) request.pausedMs += untilMs - sinceMs;
  }

  resume(station: Station, nowMs: number): void {
    if (station.pausedUntilMs > nowMs) return;
    station.elapse(nowMs);
    for (const pool of station.everyPool) {
      pool.held = false;
      if (pool.sharing !== undefined) this.sharedWork.hold(station, pool.sharing, false);
      this.serving.fill(station, pool);
    }
  }

  /** There may be free slots: for those who wait here, and for the messages of brokers. */
  private wake(station: Station): void {
    for (const pool of station.pools) this.serving.fill(station, pool);
    this.brokering.wake(station);
  }

  private killPools(station: Station, count: number, which: "last" | "any"): Outage {
    const pools =
      which === "last"
        ? station.available.slice(-count)
        : station.available.slice(station.faultDraws.below(station.available.length)).slice(0, count);
    for (const pool of pools) pool.up = false;
    station.addReplicas(-pools.length);
    station.findAvailable();
    this.clear(station, new Set(pools));
    return { pools, replicas: pools.length };
  }

  /** One queue for all: each running request was on a killed replica with the same chance. */
  private killCentral(station: Station, count: number): Outage {
    const [pool] = station.pools;
    if (pool === undefined) return { pools: [], replicas: 0 };
    const part = count / station.replicasUp;
    station.addReplicas(-count);
    if (station.replicasUp === 0) {
      pool.up = false;
      station.findAvailable();
      this.clear(station, new Set([pool]));
      return { pools: [pool], replicas: count };
    }
    const running = [...this.at(station, WORKING), ...this.at(station, CALLING)];
    pool.held = true;
    for (const request of running) if (station.faultDraws.chance(part)) this.serving.abort(request);
    for (const request of running) {
      if (pool.busy > pool.slots && request.pool === pool) this.serving.abort(request);
    }
    pool.held = station.pausedUntilMs > this.serving.nowMs;
    this.serving.fill(station, pool);
    return { pools: [], replicas: count };
  }

  /** Fails all that is in these pools; what waits there does not take the places that get free. */
  private clear(station: Station, pools: ReadonlySet<Pool>): void {
    for (const pool of pools) pool.held = true;
    for (const request of this.requests.all) {
      if (request.pool !== undefined && pools.has(request.pool)) this.serving.abort(request);
    }
    for (const pool of pools) pool.held = station.pausedUntilMs > this.serving.nowMs;
  }

  private at(station: Station, state: number): Request[] {
    return this.requests.all.filter((request) => request.state === state && request.link.to === station);
  }
}

/** What was taken down together. */
export interface Outage {
  readonly pools: readonly Pool[];
  readonly replicas: number;
}
