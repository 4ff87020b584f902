// What falls due in one turn of the event loop is done at its end: first everybody who has frames puts them where
// they belong, then each socket writes once. So frames that come together leave together, without a timer and
// without a wait; the busier the replica, the more of them share a write.

/** Called at the end of the turn in which it fell due. */
export interface Filler {
  /** Puts its frames into its outbox. */
  fill(): void;
}

interface Writer {
  /** Writes what was put. */
  write(): void;
}

/** Sockets that are written to before others are heard again: a write costs some microseconds. */
const writesAtOnce = 1_000;

export class Turn {
  #fillers: Filler[] = [];
  #writers: Writer[] = [];
  #comes = false;
  readonly #failed: (error: unknown) => void;

  /** `failed`: told of what was thrown, which keeps nobody else from their turn. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  /** In the order in which they fell due: those who have the same to say come one after the other. */
  fill(filler: Filler): void {
    this.#fillers.push(filler);
    this.#come();
  }

  write(writer: Writer): void {
    this.#writers.push(writer);
    this.#come();
  }

  #come(): void {
    if (this.#comes) return;
    this.#comes = true;
    setImmediate(() => this.#end());
  }

  // Whoever falls due meanwhile is for the next turn; whoever has to write because of this one is not.
  #end(): void {
    const fillers = this.#fillers;
    this.#fillers = [];
    for (const filler of fillers) this.#guarded(() => filler.fill());
    const writers = this.#writers.splice(0, writesAtOnce);
    this.#comes = false;
    if (this.#fillers.length > 0 || this.#writers.length > 0) this.#come();
    for (const writer of writers) this.#guarded(() => writer.write());
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(error);
    }
  }
}
