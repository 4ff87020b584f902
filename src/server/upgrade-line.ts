// Those who come faster than a replica can greet wait in line, in the order in which they came. To be refused and to come
// again costs both sides more than to wait, and among those who come again the unlucky ones would wait for minutes.
import type { Duplex } from "node:stream";
import { TokenBucket } from "./token-bucket.ts";

export interface UpgradeLineOptions {
  readonly perSecond: number;
  readonly burst: number;
  /** Waiting at a time. */
  readonly most: number;
  /** Told of what a turn threw, which ends that connection alone. */
  readonly failed: (error: unknown) => void;
}

const lookEveryMs = 20;

export class UpgradeLine {
  readonly #bucket: TokenBucket;
  readonly #most: number;
  readonly #failed: (error: unknown) => void;
  /** In the order in which they came; each goes once. */
  readonly #waiting = new Set<() => void>();
  #looking: NodeJS.Timeout | undefined;

  constructor({ perSecond, burst, most, failed }: UpgradeLineOptions) {
    this.#bucket = new TokenBucket(perSecond, burst, performance.now());
    this.#most = most;
    this.#failed = failed;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Calls `go` when it is its turn, which may be now, unless the connection is gone by then. False: the line is full. */
  enter(connection: Duplex, go: () => void): boolean {
    if (this.size === 0 && this.#bucket.take(performance.now())) {
      go();
      return true;
    }
    if (this.size >= this.#most) return false;
    // Until its turn nobody else hears of what happens to the connection. Who hangs up has nothing to wait for.
    const over = () => connection.destroy();
    const turn = () => {
      this.#leave(turn);
      connection.off("error", over).off("end", over).off("close", gone);
      try {
        go();
      } catch (error) {
        this.#failed(error);
        connection.destroy();
      }
    };
    const gone = () => this.#leave(turn);
    connection.on("error", over).once("end", over).once("close", gone);
    this.#waiting.add(turn);
    this.#looking ??= setInterval(() => this.#look(), lookEveryMs);
    return true;
  }

  /** It is everybody's turn. */
  open(): void {
    for (const turn of this.#waiting) turn();
  }

  #look(): void {
    for (const turn of this.#waiting) {
      if (!this.#bucket.take(performance.now())) break;
      turn();
    }
  }

  #leave(turn: () => void): void {
    this.#waiting.delete(turn);
    if (this.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}
