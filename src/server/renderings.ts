// Results as text, made once for all who see the same. A group is one way of looking at items; it lives while
// somebody subscribes that way. The newest texts of all groups together are kept, within a bound.
import type { ExecutionArgs, ExecutionResult } from "graphql";
import { utf8 } from "../core/bytes.ts";
import { type Counter, type Meter, noMeter } from "../core/ports/meter.ts";
import { type Executor, Executors } from "./compiled.ts";
import { formattedResult, type ShapeError } from "./errors.ts";
import { type Projection, Projections } from "./projection.ts";
import type { Shared } from "./shared-subscription.ts";

interface Kept {
  readonly group: RenderingGroup;
  readonly item: unknown;
  /** A result in JSON and the brace that ends its message, UTF-8, a character for each byte. */
  readonly text: string;
}

/** What a kept text keeps along, at least: its item, bytes. */
const alongBytes = 4_096;
/** A text that is larger than this part of all is not kept: it would drive out the others. */
const largestPart = 1 / 16;

export class Renderings {
  readonly #groups = new Map<string, RenderingGroup>();
  readonly #shape: ShapeError;
  readonly #mostBytes: number;
  readonly #rendered: Rendered;
  /** Oldest first. */
  readonly #kept = new Set<Kept>();
  readonly #executors = new Executors();
  readonly #projections = new Projections();
  #bytes = 0;

  /** All texts that are kept take at most so many bytes, with what they keep along. */
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

  /** Of all texts that are kept, with what they keep along. */
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
      executor: this.#executors.of(args),
      projection: this.#projections.of(args),
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

  #keep(kept: Kept): boolean {
    const bytes = sizeOf(kept);
    if (bytes > this.#mostBytes * largestPart) return false;
    this.#kept.add(kept);
    this.#bytes += bytes;
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.#mostBytes) break;
      oldest.group.forget(oldest);
      this.#drop(oldest);
    }
    return true;
  }

  #drop(kept: Kept): void {
    if (this.#kept.delete(kept)) this.#bytes -= sizeOf(kept);
  }
}

function sizeOf({ text }: Kept): number {
  return text.length + alongBytes;
}

/** Texts given again, and texts made. */
type Rendered = Readonly<Record<"hit" | "miss", Counter>>;

interface GroupOptions {
  readonly executor: Executor;
  /** Of what needs no executing. */
  readonly projection: Projection;
  readonly seen: Shared["seen"];
  readonly shape: ShapeError;
  readonly rendered: Rendered;
  /** False: it is not kept. */
  readonly keep: (kept: Kept) => boolean;
  readonly release: (texts: Iterable<Kept>) => void;
}

export class RenderingGroup {
  members = 1;
  readonly #options: GroupOptions;
  readonly #texts = new Map<unknown, Kept>();
  /** Given again since the last count. */
  #hits = 0;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /**
   * The result for this item and the brace that ends its message, UTF-8, a character for each byte; `context`: of the member
   * who is given it. Whoever is given the item by this group has the same rights to it. `isAlone`: nobody else is given it,
   * and its text is not kept.
   */
  rest(item: unknown, context: unknown, isAlone = false): string {
    const { seen, executor, projection, keep, rendered } = this.#options;
    const key = seen(item);
    const known = key === undefined ? undefined : this.#texts.get(key);
    if (known !== undefined) {
      this.#hits++;
      return known.text;
    }
    this.#count();
    rendered.miss.add();
    const text = projection.rest(item) ?? utf8(`${this.#json(executor.execute(item, context))}}`);
    if (key === undefined || isAlone) return text;
    const kept: Kept = { group: this, item: key, text };
    if (keep(kept)) this.#texts.set(key, kept);
    return text;
  }

  forget({ item }: Kept): void {
    this.#texts.delete(item);
  }

  leave(): void {
    this.members--;
    if (this.members > 0) return;
    this.#count();
    this.#options.executor.release();
    this.#options.projection.release();
    this.#options.release(this.#texts.values());
  }

  // Once for each text that is made, not for each that is given.
  #count(): void {
    if (this.#hits > 0) this.#options.rendered.hit.add(this.#hits);
    this.#hits = 0;
  }

  #json({ errors, ...result }: ExecutionResult): string {
    const shaped = errors === undefined ? {} : { errors: errors.map(this.#options.shape) };
    return JSON.stringify(formattedResult({ ...result, ...shaped }));
  }
}
