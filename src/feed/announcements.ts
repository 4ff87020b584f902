// Announcements as they come. They are few, so each replica reads those that stand, every second while somebody
// listens, and each listener is given what it has not had: nothing can be lost, doubled or late by more than that.
import { messageOf } from "../core/errors.ts";
import type { Announcement, Announcements } from "../core/ports/announcements.ts";
import type { Log } from "../core/ports/log.ts";
import type { Viewer } from "../core/viewer.ts";
import { type Clock, wallClock } from "./clock.ts";
import type { Nothing, Source } from "./source.ts";
import { Stream } from "./stream.ts";

const lookEveryMs = 1_000;
/** More than stand at a time: of more, only the newest are told. */
const mostStanding = 200;

export interface AnnouncementBoard {
  /** Those that stand for this viewer, oldest first, then each as it comes. Does not end by itself. */
  follow(viewer: Viewer): AsyncIterableIterator<Announcement>;
  /** Have it looked for now: one was made here. */
  nudge(): void;
  close(): void;
}

interface BoardOptions {
  readonly announcements: Announcements;
  readonly log: Log;
  readonly clock?: Clock;
}

export function createAnnouncementBoard({
  announcements,
  log,
  clock = wallClock,
}: BoardOptions): AnnouncementBoard {
  const listeners = new Set<Listener>();
  let cancel: (() => void) | undefined;
  let looking = false;
  let failing = false;
  let closed = false;

  async function look(): Promise<void> {
    cancel?.();
    cancel = undefined;
    if (looking || closed || listeners.size === 0) return;
    looking = true;
    try {
      const standing = await announcements.standing(mostStanding);
      failing = false;
      for (const listener of listeners) listener.offer(standing);
    } catch (error) {
      if (!failing) log.warn({ reason: messageOf(error) }, "Announcements cannot be read.");
      failing = true;
    } finally {
      looking = false;
    }
    if (!closed && listeners.size > 0) cancel ??= clock.after(lookEveryMs, () => void look());
  }

  return {
    follow(viewer) {
      const listener = new Listener(viewer.userId, () => listeners.delete(listener));
      listeners.add(listener);
      void look();
      return new Stream(listener);
    },
    nudge: () => void look(),
    close() {
      closed = true;
      cancel?.();
    },
  };
}

class Listener implements Source<Announcement> {
  readonly #userId: string;
  readonly #left: () => void;
  /** Ids of what stands and was given. */
  #had: ReadonlySet<string> = new Set();
  #waiting: Announcement[] = [];
  #wake = () => {};

  constructor(userId: string, left: () => void) {
    this.#userId = userId;
    this.#left = left;
  }

  /** All that stand. */
  offer(standing: readonly Announcement[]): void {
    const mine = standing.filter(({ userId }) => userId === null || userId === this.#userId);
    const news = mine.filter(({ id }) => !this.#had.has(id));
    this.#had = new Set(mine.map(({ id }) => id));
    if (news.length === 0) return;
    // Of a listener that does not read, the newest are kept.
    this.#waiting = [...this.#waiting, ...news].slice(-mostStanding);
    this.#wake();
  }

  take(): Announcement | Nothing {
    return this.#waiting.shift() ?? "wait";
  }

  load(): void {}

  onWake(wake: () => void): void {
    this.#wake = wake;
  }

  release(): void {
    this.#left();
  }
}
