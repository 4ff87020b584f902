// Whether notices get through, by trying: a replica publishes a numbered beat to all, and listens for it itself. So every way of being deaf is noticed (cut off, stalled, no permission, a subscription that was lost on
// the way), and so is a moment in which notices may have been lost.

/** Wall ms between two beats. */
const beatEveryMs = 500;
/** Without a beat for so long, notices do not get through, ms. */
const deafAfterMs = 1_500;
/** Deaf for so long over a connection that seems to be there: it is made anew, and again after as long, ms. */
const reviveAfterMs = 5_000;

export interface PulseOptions {
  /** Sends beat `number` to every replica, this one included. */
  send(number: number): void;
  /** Now and then. `wasHeldUp`: this process had no chance to hear anybody for a while. */
  look(wasHeldUp: boolean): void;
  /** Notices get through from here on; what was published before may have been lost. */
  up(): void;
  down(): void;
  /** The connection may be dead without knowing it. */
  revive(): void;
}

export class Pulse {
  readonly #options: PulseOptions;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #heard = 0;
  #heardAt = Number.NEGATIVE_INFINITY;
  #lookedAt = performance.now();
  #revivedAt = performance.now();
  #isUp = false;

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  start(): void {
    this.#beat();
    this.#timer = setInterval(() => this.#beat(), beatEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A beat has come back. */
  hear(number: number): void {
    const isNext = number === this.#heard + 1;
    this.#heard = number;
    this.#heardAt = performance.now();
    if (this.#isUp && isNext) return;
    this.#isUp = true;
    this.#options.up();
  }

  /** Known from elsewhere: the connection is gone. */
  lose(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#options.down();
  }

  /** At once, without waiting for the next turn: a connection is there. */
  beatNow(): void {
    this.#sent += 1;
    this.#options.send(this.#sent);
  }

  #beat(): void {
    const now = performance.now();
    // A process that was held up itself has had no chance to hear.
    const wasHeldUp = now - this.#lookedAt > 2 * beatEveryMs;
    this.#lookedAt = now;
    if (!wasHeldUp && now - this.#heardAt > deafAfterMs) this.lose();
    if (!this.#isUp && now - Math.max(this.#heardAt, this.#revivedAt) > reviveAfterMs) {
      this.#revivedAt = now;
      this.#options.revive();
    }
    this.#options.look(wasHeldUp);
    this.beatNow();
  }
}
