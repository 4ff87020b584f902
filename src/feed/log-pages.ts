// The pages of one simulation's log, shared by all who read it: also by those who lag at different places, so that a page
// is read and decoded once, and what is shown of its events alone, the same objects to everybody, is rendered once.
import type { EventType } from "../core/events.ts";
import type { LogPage } from "./log-reads.ts";

/** Pages that may be found again at a time; which are still there is the readers' doing. */
const mostRecent = 64;

export class LogPages {
  readonly #read: (after: number, types: readonly EventType[] | undefined) => Promise<LogPage>;
  readonly #pageEvents: number;
  /** Under way, by what is asked. */
  readonly #reading = new Map<string, Promise<LogPage>>();
  /** By the seq before the page. Held by the readers that are in them, not by this. */
  readonly #recent = new Map<number, WeakRef<LogPage>>();

  /** `read` is asked for at most `pageEvents` events. */
  constructor(
    pageEvents: number,
    read: (after: number, types: readonly EventType[] | undefined) => Promise<LogPage>,
  ) {
    this.#pageEvents = pageEvents;
    this.#read = read;
  }

  /** What comes after this seq. */
  after(seq: number, types: readonly EventType[] | undefined): Promise<LogPage> {
    const key = `${seq} ${types?.join() ?? ""}`;
    const underWay = this.#reading.get(key);
    if (underWay !== undefined) return underWay;
    const reading = this.#read(seq, types).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  /**
   * A page with what comes after this seq, and perhaps with some of what comes before it. Of a log that goes on for more
   * than a page from here, pages begin where others' do; the end of it is read from just here on, as it may be short, and
   * so is all by who is alone and has nobody to share with.
   */
  async around(seq: number, lastSeq: number, isAlone: boolean): Promise<LogPage> {
    if (lastSeq - seq <= this.#pageEvents) return this.after(seq, undefined);
    const shared = seq - (seq % this.#pageEvents);
    const known = this.#recent.get(shared)?.deref();
    if (known !== undefined && known.through > seq) return known;
    const from = isAlone ? seq : shared;
    const page = await this.after(from, undefined);
    if (from === shared) this.#remember(from, page);
    return page;
  }

  #remember(from: number, page: LogPage): void {
    this.#recent.delete(from);
    this.#recent.set(from, new WeakRef(page));
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > mostRecent && oldest !== undefined) this.#recent.delete(oldest);
  }
}
