// The other replicas, by their beats and by their leases: one that lives and is not heard publishes notices that do not
// arrive here, even if it never was, and a number that is missing means that some may have been lost.
import type { Log } from "../core/ports/log.ts";

/** Without a beat for so long, a replica is not heard, ms. */
const silentAfterMs = 1_500;
/** The leases are read once in so many ms, for replicas that were never heard; for one that fell silent, each time. */
const lookEveryMs = 5_000;
/** Beyond it a replica is not watched; there are never so many. */
const mostPeers = 1_000;

export interface PeersOptions {
  /** Notices of others may have been lost. */
  lost(): void;
  /** Those that are there, whether or not they are heard. */
  living(): Promise<ReadonlySet<string>>;
  /** The name of this one. */
  readonly own: string;
  readonly log: Log;
}

interface Peer {
  /** Null: never heard. */
  number: number | null;
  heardAt: number;
  isMissing: boolean;
}

export class Peers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, Peer>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isLooking = false;

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** One that lives and is not heard; null: there is none. */
  get missing(): string | null {
    for (const [replica, { isMissing }] of this.#peers) if (isMissing) return replica;
    return null;
  }

  hear(replica: string, number: number): void {
    const peer = this.#peers.get(replica);
    if (peer === undefined) {
      this.#expect(replica, number);
      return;
    }
    const isNext = peer.number === null || number === peer.number + 1;
    const mayHaveLost = peer.isMissing || !isNext;
    Object.assign(peer, { number, heardAt: performance.now(), isMissing: false });
    if (mayHaveLost) this.#options.lost();
  }

  /** It has said so. */
  leave(replica: string): void {
    this.#peers.delete(replica);
  }

  /** Nobody could be heard until now: that says nothing of the others. */
  excuse(): void {
    const now = performance.now();
    for (const peer of this.#peers.values()) peer.heardAt = now;
  }

  /** Now and then. */
  check(): void {
    const now = performance.now();
    let isAnyMissing = false;
    for (const peer of this.#peers.values()) {
      if (now - peer.heardAt <= silentAfterMs) continue;
      isAnyMissing = true;
      if (peer.isMissing) continue;
      peer.isMissing = true;
      this.#options.lost();
    }
    if (this.#isLooking || (!isAnyMissing && now - this.#lookedAt < lookEveryMs)) return;
    this.#lookedAt = now;
    void this.#look();
  }

  #expect(replica: string, number: number | null): void {
    if (this.#peers.size >= mostPeers) return;
    this.#peers.set(replica, { number, heardAt: performance.now(), isMissing: false });
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    // Where that cannot be found out, who is not heard may live.
    const living = await this.#options.living().catch(() => null);
    this.#isLooking = false;
    if (living === null) return;
    for (const replica of living) {
      if (replica !== this.#options.own && !this.#peers.has(replica)) this.#expect(replica, null);
    }
    for (const [replica, { isMissing }] of this.#peers) {
      if (!isMissing || living.has(replica)) continue;
      this.#peers.delete(replica);
      this.#options.log.info({ peer: replica }, "A replica is gone.");
      this.#options.lost();
    }
  }
}
