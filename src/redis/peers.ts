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
  /** 0: never heard. */
  number: number;
  heardAt: number;
  isMissing: boolean;
  readonly knownSince: number;
}

export class Peers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, Peer>();
  /** Those that said goodbye, whose leases may end a little later. */
  readonly #left = new Set<string>();
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
    this.#left.delete(replica);
    const peer = this.#peers.get(replica) ?? this.#expect(replica);
    if (peer === undefined) return;
    const mayHaveLost = peer.isMissing || number !== peer.number + 1;
    Object.assign(peer, { number, heardAt: performance.now(), isMissing: false });
    if (mayHaveLost) this.#options.lost();
  }

  /** It has said so. */
  leave(replica: string): void {
    this.#peers.delete(replica);
    this.#left.add(replica);
    const [longestGone] = this.#left;
    if (this.#left.size > mostPeers && longestGone !== undefined) this.#left.delete(longestGone);
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

  /** Undefined: there are too many. */
  #expect(replica: string): Peer | undefined {
    if (this.#peers.size >= mostPeers) return undefined;
    const now = performance.now();
    const peer: Peer = { number: 0, heardAt: now, isMissing: false, knownSince: now };
    this.#peers.set(replica, peer);
    return peer;
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    const begunAt = performance.now();
    // Where that cannot be found out, who is not heard may live.
    const living = await this.#options.living().catch(() => null);
    this.#isLooking = false;
    if (living === null) return;
    for (const replica of living) {
      const isOther = replica !== this.#options.own && !this.#left.has(replica);
      if (isOther && !this.#peers.has(replica)) this.#expect(replica);
    }
    for (const [replica, { isMissing, knownSince }] of this.#peers) {
      // One that came after the leases were read is not among them.
      if (!isMissing || knownSince > begunAt || living.has(replica)) continue;
      this.#peers.delete(replica);
      this.#options.log.info({ peer: replica }, "A replica is gone.");
      this.#options.lost();
    }
  }
}
