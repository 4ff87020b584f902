// What an application has seen: the items of a stream in the order in which they came, and waiting for one.

export interface Snapshot {
  readonly id: string;
  readonly status: string;
  readonly progress: number;
  readonly lastSeq: number;
}

export interface LogItem {
  readonly __typename: string;
  readonly seq: number;
  readonly simulation: Snapshot;
  readonly status?: string;
}

export class Seen<Item> {
  readonly items: Item[] = [];
  /** "open" until the stream has completed or failed. */
  end: "open" | "completed" | { readonly error: unknown } = "open";
  #watchers = new Set<() => void>();

  /** As an observer, for libraries that want one. */
  readonly next = (item: Item): void => {
    this.items.push(item);
    this.#changed();
  };
  readonly complete = (): void => {
    this.end = "completed";
    this.#changed();
  };
  readonly error = (error: unknown): void => {
    this.end = { error };
    this.#changed();
  };

  /** The first item that satisfies, there or still to come. Rejects when the stream ends without it. */
  async first(satisfies: (item: Item) => boolean): Promise<Item> {
    for (;;) {
      const found = this.items.find(satisfies);
      if (found !== undefined) return found;
      if (this.end !== "open") throw new Error(`It ended without it: ${JSON.stringify(this.end)}`);
      await this.#change();
    }
  }

  async completion(): Promise<void> {
    while (this.end === "open") await this.#change();
    if (this.end !== "completed") throw this.end.error;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve));
  }

  #changed(): void {
    const watchers = this.#watchers;
    this.#watchers = new Set();
    for (const resume of watchers) resume();
  }
}

/** Events of the log, without what the stream says about itself. */
export const logOf = (items: readonly LogItem[]) =>
  items.filter(({ __typename }) => __typename !== "StreamStateChanged");

/** The snapshots in which one of the growing numbers is less than in the snapshot before. */
export function stepsBack(snapshots: readonly Snapshot[]): Snapshot[] {
  return snapshots.filter((snapshot, index) => {
    const before = snapshots[index - 1];
    if (before === undefined) return false;
    return snapshot.lastSeq < before.lastSeq || snapshot.progress < before.progress;
  });
}
