// Who may open a WebSocket now. When a replica is lost, or a network comes back, all clients come at once: so many are
// taken as the replica can greet, and the others are told when to come again, each at another moment.
import { limitKey } from "./client-address.ts";
import type { Held } from "./held.ts";
import type { Bounds } from "./limits.ts";
import { type Rates, secondsOf } from "./rates.ts";
import { TokenBucket } from "./token-bucket.ts";

export interface UpgradeRefusal {
  readonly status: number;
  /** s */
  readonly retryAfter?: number;
}

/** Over how long those that are refused are spread, s. */
const spreadSeconds = 5;

export class UpgradeAdmission {
  readonly #bounds: Bounds;
  readonly #rates: Rates;
  readonly #held: Held;
  readonly #bucket: TokenBucket;

  constructor(bounds: Bounds, rates: Rates, held: Held) {
    const { upgradesPerSecond, upgradeBurst } = bounds.limits;
    this.#bounds = bounds;
    this.#rates = rates;
    this.#held = held;
    this.#bucket = new TokenBucket(upgradesPerSecond, upgradeBurst, performance.now());
  }

  /**
   * Admits one from an address, or says why not. `giveBack` what it holds when its connection is gone. Of the replica's
   * sockets so many are `open`, and so many of these not yet acknowledged.
   */
  admit(
    address: string,
    { open, unacknowledged }: { readonly open: number; readonly unacknowledged: number },
  ): UpgradeRefusal | { readonly giveBack: () => void } {
    const { limits, hit } = this.#bounds;
    const key = limitKey(address);
    const wait = this.#rates.wait("address", key);
    if (wait > 0) return { status: 429, retryAfter: secondsOf(wait) };
    const full =
      open >= limits.sockets
        ? "sockets"
        : unacknowledged >= limits.unacknowledged
          ? "unacknowledged"
          : undefined;
    if (full !== undefined) {
      hit(full);
      return { status: 503, retryAfter: spread() };
    }
    const giveBack = this.#held.socketsPerAddress.take(key);
    if (giveBack === undefined) {
      hit("socketsPerAddress");
      return { status: 429, retryAfter: spread() };
    }
    if (!this.#bucket.take(performance.now())) {
      giveBack();
      hit("upgradesPerSecond");
      return { status: 503, retryAfter: spread() };
    }
    return { giveBack };
  }
}

export function spread(): number {
  return 1 + Math.floor(Math.random() * spreadSeconds);
}
