// The operations of one socket. graphql-ws keeps a list of its own, but loses an operation whose id is used again
// while the old one is still ending; this one counts, bounds, and ends them all when the socket closes.
import { Seat } from "./seat.ts";

interface Results {
  end(): void;
}

interface Running {
  /** Undefined while there are none to end yet. */
  results: Results | undefined;
  readonly seat: Seat;
}

export class SocketOperations {
  readonly #running = new Map<string, Running>();
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
    this.#running.set(id, { results: undefined, seat: new Seat() });
    return "reserved";
  }

  /** The results of a reserved operation; ended at once where the socket has closed meanwhile. */
  attach(id: string, results: Results): void {
    const running = this.#running.get(id);
    if (this.#closed || running === undefined) results.end();
    else running.results = results;
  }

  /** Of a reserved operation. */
  seat(id: string): Seat {
    const running = this.#running.get(id);
    if (running === undefined) throw new Error("An operation that was not reserved.");
    return running.seat;
  }

  release(id: string): void {
    const running = this.#running.get(id);
    running?.results?.end();
    running?.seat.leave();
    this.#running.delete(id);
  }

  endAll(): void {
    this.#closed = true;
    for (const { results } of this.#running.values()) results?.end();
  }
}
