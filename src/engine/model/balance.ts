import { Balance } from "../../gen/architech/engine/v1/engine.ts";
import { mix } from "./random.ts";
import type { Pool, Station } from "./station.ts";

/**
 * The pool that a request goes to; undefined where all are down. It is chosen once: a request stays in its
 * queue even where another would now be shorter. `key` is what BALANCE_HASH keeps together.
 */
export function choosePool(station: Station, key: number): Pool | undefined {
  const pools = station.available;
  const count = pools.length;
  if (count <= 1) return pools[0];
  switch (station.balance) {
    case Balance.BALANCE_RANDOM:
      return pools[station.choices.below(count)];
    case Balance.BALANCE_LEAST_REQUEST:
      return leastLoaded(station, pools);
    case Balance.BALANCE_POWER_OF_TWO: {
      const first = station.choices.below(count);
      const step = 1 + station.choices.below(count - 1);
      const one = pools[first];
      const other = pools[(first + step) % count];
      return one !== undefined && other !== undefined && load(other) < load(one) ? other : one;
    }
    case Balance.BALANCE_HASH:
      return hashed(station, key);
    default:
      station.cursor = station.cursor + 1 < count ? station.cursor + 1 : 0;
      return pools[station.cursor];
  }
}

function load(pool: Pool): number {
  return pool.busy + pool.line.count;
}

/** Looks from a place that moves on each time, so that equals take turns. */
function leastLoaded(station: Station, pools: readonly Pool[]): Pool | undefined {
  const count = pools.length;
  station.cursor = station.cursor + 1 < count ? station.cursor + 1 : 0;
  let best = pools[station.cursor];
  let least = best === undefined ? Number.POSITIVE_INFINITY : load(best);
  for (let i = 1; i < count && least > 0; i++) {
    const at = station.cursor + i;
    const pool = pools[at < count ? at : at - count];
    if (pool === undefined) continue;
    const here = load(pool);
    if (here < least) {
      least = here;
      best = pool;
    }
  }
  return best;
}

/** The key's own pool, or the next that is up: what is up keeps its keys while another is down. */
function hashed(station: Station, key: number): Pool | undefined {
  const pools = station.pools;
  const start = (mix(key ^ station.salt) >>> 0) % pools.length;
  for (let i = 0; i < pools.length; i++) {
    const pool = pools[(start + i) % pools.length];
    if (pool?.up) return pool;
  }
  return undefined;
}
