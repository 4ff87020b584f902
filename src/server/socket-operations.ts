// The operations of one socket. graphql-ws keeps a list of its own, but loses an operation whose id is used again
// while the old one is still ending; this one counts, bounds, and ends them all when the socket closes.
interface Results {
  end(): void;
}

export class SocketOperations {
  /** By id; undefined while the operation has no results to end yet. */
  readonly #running = new Map<string, Results | undefined>();
  readonly #most: number;
  #closed = false;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#running.size;
  }

  /** "taken": the id is in use. "full": there are too many. */
  reserve(id: string): "reserved" | "taken" | "full" {
    if (this.#running.has(id)) return "taken";
    if (this.#running.size >= this.#most) return "full";
    this.#running.set(id, undefined);
    return "reserved";
  }

  /** The results of a reserved operation; ended at once where the socket has closed meanwhile. */
  attach(id: string, results: Results): void {
    if (this.#closed || !this.#running.has(id)) results.end();
    else this.#running.set(id, results);
  }

  release(id: string): void {
    this.#running.get(id)?.end();
    this.#running.delete(id);
  }

  endAll(): void {
    this.#closed = true;
    for (const results of this.#running.values()) results?.end();
  }
}
