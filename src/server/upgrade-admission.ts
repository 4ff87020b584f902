// Who may open a WebSocket. Those who may not now are told when to come again, each at another moment. How fast they are
// let in is the line's business (upgrade-line.ts).
import { limitKey } from "./client-address.ts";
import type { Held } from "./held.ts";
import type { Bounds } from "./limits.ts";
import { type Rates, secondsOf } from "./rates.ts";

export interface UpgradeRefusal {
  readonly status: number;
  /** s */
  readonly retryAfter?: number;
}

export interface Admitted {
  /** It has said who it is: it is no longer one of those of its address that have not. */
  acknowledged(): void;
  /** It went without having said who it is: a failure of its address. */
  failed(): void;
  /** Its connection is gone: what it held is free again. Idempotent. */
  giveBack(): void;
}

/** Over how long those that are refused are spread, s. */
const spreadSeconds = 5;

export class UpgradeAdmission {
  readonly #bounds: Bounds;
  readonly #rates: Rates;
  readonly #held: Held;

  constructor(bounds: Bounds, rates: Rates, held: Held) {
    this.#bounds = bounds;
    this.#rates = rates;
    this.#held = held;
  }

  /**
   * Admits one from an address, or says why not. Of the replica's sockets so many are `open`, and so many of these not
   * yet acknowledged.
   */
  admit(
    address: string,
    { open, unacknowledged }: { readonly open: number; readonly unacknowledged: number },
  ): UpgradeRefusal | Admitted {
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
    const taken: (() => void)[] = [];
    const giveBack = () => {
      for (const one of taken) one();
    };
    for (const limit of ["socketsPerAddress", "unacknowledgedPerAddress"] as const) {
      const one = this.#held[limit].take(key);
      if (one === undefined) {
        giveBack();
        hit(limit);
        return { status: 429, retryAfter: spread() };
      }
      taken.push(one);
    }
    return {
      acknowledged: () => taken.at(-1)?.(),
      failed: () => this.#rates.note("address", key, 1),
      giveBack,
    };
  }
}

export function spread(): number {
  return 1 + Math.floor(Math.random() * spreadSeconds);
}
