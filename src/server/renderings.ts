// Results as text, made once for all who see the same. A group is one way of looking at items; it lives while
// somebody subscribes that way. The newest texts of all groups together are kept, within a bound.
import type { ExecutionArgs } from "graphql";
import { type Counter, type Meter, noMeter } from "../core/ports/meter.ts";
import { type Execute, executor } from "./compiled.ts";
import { formattedResult, type ShapeError } from "./errors.ts";
import { textHead, utf8 } from "./frame.ts";
import type { Shared } from "./shared-subscription.ts";

interface Kept {
  readonly group: RenderingGroup;
  readonly item: unknown;
  /** A result in JSON, its UTF-8, a character for each byte. */
  readonly text: string;
}

export class Renderings {
  readonly #groups = new Map<string, RenderingGroup>();
  readonly #shape: ShapeError;
  readonly #mostBytes: number;
  readonly #rendered: Rendered;
  /** Oldest first. */
  readonly #kept = new Set<Kept>();
  #bytes = 0;

  /** All texts that are kept have at most so many bytes. */
  constructor(shape: ShapeError, mostBytes: number, meter: Meter = noMeter) {
    this.#shape = shape;
    this.#mostBytes = mostBytes;
    const name = "simulations_shared_renderings_total";
    const count = (outcome: "hit" | "miss") => meter.counter(name, { outcome });
    this.#rendered = { hit: count("hit"), miss: count("miss") };
    meter.gauge("simulations_shared_groups", {}, () => this.size);
  }

  get size(): number {
    return this.#groups.size;
  }

  /** Of all texts that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The group of all who see the same, also by their rights (`rightsTo`), made by its first member; `leave` it when
   * done.
   */
  join(shared: Shared, rights: string, args: ExecutionArgs): RenderingGroup {
    const key = `${shared.key} ${rights}`;
    const known = this.#groups.get(key);
    if (known !== undefined) {
      known.members++;
      return known;
    }
    const group = new RenderingGroup({
      execute: executor(args),
      seen: shared.seen,
      shape: this.#shape,
      rendered: this.#rendered,
      keep: (kept) => this.#keep(kept),
      release: (texts) => {
        this.#groups.delete(key);
        for (const kept of texts) this.#drop(kept);
      },
    });
    this.#groups.set(key, group);
    return group;
  }

  #keep(kept: Kept): void {
    this.#kept.add(kept);
    this.#bytes += kept.text.length;
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.#mostBytes) break;
      oldest.group.forget(oldest);
      this.#drop(oldest);
    }
  }

  #drop(kept: Kept): void {
    if (this.#kept.delete(kept)) this.#bytes -= kept.text.length;
  }
}

/** Texts given again, and texts made. */
type Rendered = Readonly<Record<"hit" | "miss", Counter>>;

interface GroupOptions {
  readonly execute: Execute;
  readonly seen: Shared["seen"];
  readonly shape: ShapeError;
  readonly rendered: Rendered;
  readonly keep: (kept: Kept) => void;
  readonly release: (texts: Iterable<Kept>) => void;
}

export class RenderingGroup {
  members = 1;
  readonly #options: GroupOptions;
  readonly #texts = new Map<unknown, Kept>();
  /** Given again since the last count. */
  #hits = 0;
  /** The one made last: most frames of one item are equally long. */
  #frameHead = "";
  #frameBytes = 0;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /** A whole frame with the result for this item; `head` is what stands before the result, in UTF-8. */
  frame(item: unknown, head: string): string {
    const text = this.#text(item);
    const bytes = head.length + text.length + 1;
    if (bytes !== this.#frameBytes) {
      this.#frameBytes = bytes;
      this.#frameHead = textHead(bytes);
    }
    return `${this.#frameHead}${head}${text}}`;
  }

  forget({ item }: Kept): void {
    this.#texts.delete(item);
  }

  leave(): void {
    this.members--;
    if (this.members > 0) return;
    this.#count();
    this.#options.release(this.#texts.values());
  }

  #text(item: unknown): string {
    const { seen, execute, keep, rendered } = this.#options;
    const key = seen(item);
    const known = this.#texts.get(key);
    if (known !== undefined) {
      this.#hits++;
      return known.text;
    }
    this.#count();
    rendered.miss.add();
    const kept: Kept = { group: this, item: key, text: utf8(this.#json(execute(item))) };
    this.#texts.set(key, kept);
    keep(kept);
    return kept.text;
  }

  // Once for each text that is made, not for each that is given.
  #count(): void {
    if (this.#hits > 0) this.#options.rendered.hit.add(this.#hits);
    this.#hits = 0;
  }

  #json({ errors, ...result }: ReturnType<Execute>): string {
    const shaped = errors === undefined ? {} : { errors: errors.map(this.#options.shape) };
    return JSON.stringify(formattedResult({ ...result, ...shaped }));
  }
}
