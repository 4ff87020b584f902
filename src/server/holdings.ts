// How much of something each holder has at this replica, exactly. Who has nothing (any more) is not remembered.

export type HeldLimit =
  | "socketsPerUser"
  | "socketsPerAddress"
  | "unacknowledgedPerAddress"
  | "subscriptionsPerUser"
  | "streamsPerUser"
  | "streamsPerAddress";

export class Holdings {
  readonly #most: number;
  readonly #held = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Holders. */
  get size(): number {
    return this.#held.size;
  }

  /** Gives it back, idempotent; undefined: the holder has as much as may be. */
  take(holder: string): (() => void) | undefined {
    const held = this.#held.get(holder) ?? 0;
    if (held >= this.#most) return undefined;
    this.#held.set(holder, held + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.#held.get(holder) ?? 1) - 1;
      if (left === 0) this.#held.delete(holder);
      else this.#held.set(holder, left);
    };
  }
}
