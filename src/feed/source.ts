// What can be pulled from: the meeting point of a position that knows what comes next and whoever delivers it.

/** "wait": nothing now, a wake follows. "log": nothing until `load` has brought it. "end": nothing ever more. */
export type Nothing = "wait" | "log" | "end";

/**
 * Pulled synchronously, by one consumer, as fast as that one can take: an iterator, or what writes prepared
 * frames to a socket. `take` throws when the source has failed for good.
 */
export interface Source<T extends object> {
  take(): T | Nothing;
  /** Brings what `take` missed, then wakes. Asking again while it is under way does nothing. */
  load(): void;
  /** One callback, called whenever it may be worth to take again; never from within `take`. */
  onWake(wake: () => void): void;
  /** True: nobody else is given what this gives now, so it is worth nothing afterwards. Left out: not known. */
  readonly isAlone?: boolean;
  /** Lets everything go; may be called twice. */
  release(): void;
}
