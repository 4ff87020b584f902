// Looking for many who ask at the same moment: one look is taken for all of them.

interface Looks<T> {
  /** Under way: it may have looked before somebody asked. */
  readonly now: Promise<T>;
  /** Begins when that one has ended: for all who asked meanwhile. */
  next: Promise<T> | null;
}

/** A look by key, such that each who asks gets one that began after they asked. Holds a key while it is looked at. */
export class AskedTogether<T> {
  readonly #looks = new Map<string, Looks<T>>();

  of(key: string, look: () => Promise<T>): Promise<T> {
    const looks = this.#looks.get(key);
    if (looks === undefined) return this.#begin(key, look);
    // Where the one under way fails, so would the next: nobody waits for that twice.
    looks.next ??= looks.now.then(() => this.#begin(key, look));
    return looks.next;
  }

  #begin(key: string, look: () => Promise<T>): Promise<T> {
    const now = look();
    const looks: Looks<T> = { now, next: null };
    this.#looks.set(key, looks);
    const over = () => this.#looks.delete(key);
    now.then(() => {
      if (looks.next === null) over();
    }, over);
    return now;
  }
}
