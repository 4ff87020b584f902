// One subscription on one socket whose items are rendered together with those of others. It is no queue and no
// iterator: when its source has something it falls due, and at the end of the turn it is asked to fill the outbox,
// for as long as there is room. The protocol only hears of the end.
import { utf8 } from "../core/bytes.ts";
import type { Source } from "../feed/source.ts";
import { formattedResult, type ShapeError } from "./errors.ts";
import type { Outbox } from "./outbox.ts";
import type { RenderingGroup } from "./renderings.ts";
import type { Filler, Turn } from "./turn.ts";

interface DeliveryOptions {
  /** Of the operation. */
  readonly id: string;
  readonly source: Source<object>;
  readonly outbox: Outbox;
  readonly turn: Turn;
  /**
   * The group of all that see the same. Asked with the first item: who sees what of it is the same for every other.
   */
  readonly join: (item: object) => RenderingGroup;
  /** Of the operation. */
  readonly context: unknown;
  readonly shape: ShapeError;
}

export class Delivery implements Filler {
  /** Resolves when nothing more will come. */
  readonly over: Promise<void>;
  readonly #source: Source<object>;
  readonly #outbox: Outbox;
  /** Until it has joined: what it takes to join is not kept. */
  #join: ((item: object) => RenderingGroup) | undefined;
  readonly #context: unknown;
  readonly #shape: ShapeError;
  /** What stands before each result, in UTF-8. */
  readonly #head: string;
  #group: RenderingGroup | undefined;
  #due = false;
  #isOver = false;
  #tellOver = () => {};

  constructor({ id, source, outbox, turn, join, context, shape }: DeliveryOptions) {
    this.#source = source;
    this.#outbox = outbox;
    this.#join = join;
    this.#context = context;
    this.#shape = shape;
    this.#head = utf8(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
    this.over = new Promise((resolve) => {
      this.#tellOver = resolve;
    });
    const due = () => {
      if (this.#due) return;
      this.#due = true;
      turn.fill(this);
    };
    source.onWake(due);
    due();
  }

  fill(): void {
    this.#due = false;
    // On its way to be closed: the close ends this too.
    if (!this.#outbox.open) return;
    try {
      this.#putAll();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nothing more is put from here on. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source.release();
    this.#group?.leave();
    this.#outbox.forget(this);
    this.#tellOver();
  }

  /** All that there is, for as long as there is room. */
  #putAll(): void {
    while (!this.#isOver) {
      if (this.#outbox.full) {
        this.#outbox.await(this);
        return;
      }
      const item = this.#source.take();
      if (item === "wait") return;
      if (item === "log") {
        this.#source.load();
        return;
      }
      if (item === "end") {
        this.end();
        return;
      }
      const group = this.#group ?? this.#joined(item);
      const isAlone = this.#source.isAlone === true;
      this.#outbox.put({ head: this.#head, rest: group.rest(item, this.#context, isAlone) });
    }
  }

  #joined(item: object): RenderingGroup {
    const group = this.#join?.(item);
    if (group === undefined) throw new Error("A delivery joins once.");
    this.#group = group;
    this.#join = undefined;
    return group;
  }

  /** What failed is told as the last result. */
  #fail(error: unknown): void {
    const payload = JSON.stringify(formattedResult({ errors: [this.#shape(error)] }));
    this.#outbox.put({ head: this.#head, rest: utf8(`${payload}}`) });
    this.end();
  }
}

/** For graphql-ws: yields nothing, and ends when the delivery does. */
export function untilOver(delivery: Delivery): AsyncGenerator<never, void> {
  const ended = { done: true, value: undefined } as const;
  return {
    next: () => delivery.over.then(() => ended),
    async return() {
      delivery.end();
      return ended;
    },
    async throw(error: unknown) {
      delivery.end();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      delivery.end();
    },
  };
}
