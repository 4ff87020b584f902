// The other replicas, by their beats: one that lives and is not heard publishes notices that do not arrive here, and
// a number that is missing means that some may have been lost.
import type { Log } from "../core/ports/log.ts";

/** Without a beat for so long, a replica is not heard, ms. */
const silentAfterMs = 1_500;
/** Beyond it a replica is not watched; there are never so many. */
const mostPeers = 1_000;

export interface PeersOptions {
  /** Notices of others may have been lost. */
  lost(): void;
  /** Whether a replica that is not heard is still there. */
  lives(replica: string): Promise<boolean>;
  readonly log: Log;
}

interface Peer {
  number: number;
  heardAt: number;
  isMissing: boolean;
  isAskedAbout: boolean;
}

export class Peers {
  readonly #options: PeersOptions;
  readonly #peers = new Map<string, Peer>();

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  /** One that lives and is not heard; null: there is none. */
  get missing(): string | null {
    for (const [replica, { isMissing }] of this.#peers) if (isMissing) return replica;
    return null;
  }

  hear(replica: string, number: number): void {
    const now = performance.now();
    const peer = this.#peers.get(replica);
    if (peer === undefined) {
      if (this.#peers.size >= mostPeers) return;
      this.#peers.set(replica, { number, heardAt: now, isMissing: false, isAskedAbout: false });
      return;
    }
    const mayHaveLost = peer.isMissing || number !== peer.number + 1;
    Object.assign(peer, { number, heardAt: now, isMissing: false });
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
    for (const [replica, peer] of this.#peers) {
      if (now - peer.heardAt <= silentAfterMs) continue;
      if (!peer.isMissing) {
        peer.isMissing = true;
        this.#options.lost();
      }
      if (!peer.isAskedAbout) void this.#askAbout(replica, peer);
    }
  }

  async #askAbout(replica: string, peer: Peer): Promise<void> {
    peer.isAskedAbout = true;
    // Where that cannot be found out it may be.
    const lives = await this.#options.lives(replica).catch(() => true);
    peer.isAskedAbout = false;
    if (lives || !peer.isMissing || this.#peers.get(replica) !== peer) return;
    this.#peers.delete(replica);
    this.#options.log.info({ peer: replica }, "A replica is gone.");
    this.#options.lost();
  }
}
