// A subscription whose items are rendered together with those of others: its texts go straight into the socket,
// and the protocol only hears of the end.
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from "graphql";
import { type Endable, endable } from "./endable.ts";
import { formattedResult, type ShapeError } from "./errors.ts";
import type { RenderingGroup } from "./renderings.ts";

/** The items of a subscription, unrendered; or why there are none. */
export async function itemsOf(
  args: ExecutionArgs,
  shape: ShapeError,
): Promise<AsyncIterable<unknown> | ExecutionResult> {
  const items = await createSourceEventStream(args);
  if (Symbol.asyncIterator in items) return items;
  return { ...items, ...(items.errors === undefined ? {} : { errors: items.errors.map(shape) }) };
}

/**
 * The items as texts, each a result in JSON. `join` is asked for the group of all that see the same with the first
 * item: who sees what of it is the same for every other. Leaves the group when it ends, whichever way.
 */
export function texts(
  items: AsyncIterable<unknown>,
  join: (item: unknown) => RenderingGroup,
  shape: ShapeError,
): Endable<string> {
  const source = items[Symbol.asyncIterator]();
  let group: RenderingGroup | undefined;
  let ended = false;
  const rendered: AsyncIterator<string> = {
    async next() {
      const { done, value } = await source.next();
      if (done === true) return { done, value: undefined };
      if (ended) return { done: true, value: undefined };
      group ??= join(value);
      return { done: false, value: await group.text(value) };
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
  return endable(rendered, {
    failure: (error) => JSON.stringify(formattedResult({ errors: [shape(error)] })),
    ended: () => {
      ended = true;
      group?.leave();
    },
  });
}

/** Yields nothing: sends every text as a `next` frame of the operation, and ends when they do. */
export function sent(
  id: string,
  results: Endable<string>,
  send: (frame: string) => Promise<void>,
): AsyncGenerator<never, void> {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  async function run(): Promise<IteratorReturnResult<undefined>> {
    for await (const text of results) await send(`${head}${text}}`);
    return { done: true, value: undefined };
  }
  return {
    next: run,
    async return() {
      results.end();
      return { done: true, value: undefined };
    },
    async throw(error: unknown) {
      results.end();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      results.end();
    },
  };
}
