// Results as text, made once for all who see the same. A group is one way of looking at items; it lives while
// somebody subscribes that way, and keeps the texts of the newest items.
import { type ExecutionArgs, type ExecutionResult, execute } from "graphql";
import { type Counter, type Meter, noMeter } from "../core/ports/meter.ts";
import { formattedResult, type ShapeError } from "./errors.ts";

type Text = string | Promise<string>;

export class Renderings {
  readonly #groups = new Map<string, RenderingGroup>();
  readonly #shape: ShapeError;
  readonly #kept: number;
  readonly #rendered: Rendered;

  /** Every group keeps so many texts. */
  constructor(shape: ShapeError, kept: number, meter: Meter = noMeter) {
    this.#shape = shape;
    this.#kept = kept;
    const name = "simulations_shared_renderings_total";
    const count = (outcome: "hit" | "miss") => meter.counter(name, { outcome });
    this.#rendered = { hit: count("hit"), miss: count("miss") };
    meter.gauge("simulations_shared_groups", {}, () => this.size);
  }

  get size(): number {
    return this.#groups.size;
  }

  /** The group of a key, made by its first member; `leave` it when done. */
  join(key: string, args: ExecutionArgs): RenderingGroup {
    const group =
      this.#groups.get(key) ??
      new RenderingGroup(args, this.#shape, this.#kept, this.#rendered, () => this.#groups.delete(key));
    this.#groups.set(key, group);
    group.members++;
    return group;
  }
}

/** Texts given again, and texts made. */
type Rendered = Readonly<Record<"hit" | "miss", Counter>>;

export class RenderingGroup {
  members = 0;
  readonly #args: ExecutionArgs;
  readonly #shape: ShapeError;
  readonly #kept: number;
  readonly #rendered: Rendered;
  readonly #release: () => void;
  /** By the item itself, oldest first. */
  readonly #texts = new Map<unknown, Text>();

  constructor(args: ExecutionArgs, shape: ShapeError, kept: number, rendered: Rendered, release: () => void) {
    this.#args = args;
    this.#shape = shape;
    this.#kept = kept;
    this.#rendered = rendered;
    this.#release = release;
  }

  /** The result of the operation for this item, as JSON. */
  text(item: unknown): Text {
    const known = this.#texts.get(item);
    this.#rendered[known === undefined ? "miss" : "hit"].add();
    if (known !== undefined) return known;
    const result = execute({ ...this.#args, rootValue: item });
    const text = result instanceof Promise ? result.then((it) => this.#json(it)) : this.#json(result);
    this.#texts.set(item, text);
    if (this.#texts.size > this.#kept) this.#forgetOldest();
    return text;
  }

  leave(): void {
    this.members--;
    if (this.members === 0) this.#release();
  }

  #json({ errors, ...result }: ExecutionResult): string {
    const shaped = errors === undefined ? {} : { errors: errors.map(this.#shape) };
    return JSON.stringify(formattedResult({ ...result, ...shaped }));
  }

  #forgetOldest(): void {
    for (const item of this.#texts.keys()) {
      this.#texts.delete(item);
      return;
    }
  }
}
