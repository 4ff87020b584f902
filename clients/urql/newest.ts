// What the caches of urql lack: that the newest word of the service wins, and not the one that comes last.
//
// The answer of a query or a mutation can be overtaken by an event that was said later. A cache that took it would show
// RUNNING for ever, say, over the STOPPED that was there before.
import { composeExchanges, type Exchange, mapExchange, type OperationResult } from "@urql/core";
import { type Fields, plainName, Selections, shapeOf } from "./fields.ts";

/** Grow with their simulation; an older answer may well have a missing page. */
const histories = new Set(["events", "metrics"]);

/** How many simulations are kept in mind: those that were heard of last. */
const mostSimulations = 1_000;

interface Said {
  readonly lastSeq: number;
  readonly value: unknown;
}

/** One simulation's fields by name and shape, each as of the greatest `lastSeq` that it came with. */
type Known = Map<string, Said>;

/**
 * Around a cache: no field of a simulation goes back to a smaller `lastSeq`, in the cache or out of it. What was not
 * known yet is taken from any answer. Select `id` and `lastSeq` wherever a simulation is selected.
 */
export function newestWins(cache: Exchange): Exchange {
  const newest = new Newest();
  return composeExchanges([
    // Graphcache puts answers in the order in which they were asked for, and so may hide a newer word under an older.
    mapExchange({ onResult: (result) => newest.correct(result) }),
    cache,
    mapExchange({ onResult: (result) => newest.take(result) }),
  ]);
}

class Newest {
  readonly #simulations = new Map<string, Known>();

  /** What the service says: learns what is new, and gives it with the newest in place of what is old. */
  take(result: OperationResult): OperationResult {
    return this.#renewed(result, (id, field, said) => {
      // A null for an error says nothing.
      if (said.value !== null || result.error === undefined) this.#knownOf(id).set(field, said);
    });
  }

  /** What the cache says, which may be of many ages: nothing is learnt. */
  correct(result: OperationResult): OperationResult {
    return this.#renewed(result, () => {});
  }

  #renewed(result: OperationResult, learn: (id: string, field: string, said: Said) => void): OperationResult {
    const selections = Selections.of(result.operation.query);

    const renewed = (value: unknown, fields: Fields): unknown => {
      if (fields.size === 0) return value;
      if (Array.isArray(value)) return mapArray(value, (item) => renewed(item, fields));
      if (!isObject(value)) return value;
      const snapshot = snapshotOf(value, fields);
      return mapObject(value, (own, key) => {
        const asked = fields.get(key) ?? [];
        const name = plainName(asked);
        if (snapshot === null || name === null || histories.has(name))
          return renewed(own, selections.below(asked));
        const field = `${name} ${shapeOf(asked)}`;
        const said = this.#simulations.get(snapshot.id)?.get(field);
        if (said !== undefined && said.lastSeq > snapshot.lastSeq) return said.value;
        learn(snapshot.id, field, { lastSeq: snapshot.lastSeq, value: own });
        return own;
      });
    };

    const data = renewed(result.data, selections.root);
    return data === result.data ? result : { ...result, data };
  }

  #knownOf(id: string): Known {
    const known = this.#simulations.get(id) ?? new Map<string, Said>();
    this.#simulations.delete(id);
    this.#simulations.set(id, known);
    const [oldest] = this.#simulations.keys();
    if (this.#simulations.size > mostSimulations && oldest !== undefined) this.#simulations.delete(oldest);
    return known;
  }
}

/** Only a simulation has a `lastSeq`. */
function snapshotOf(value: Record<string, unknown>, fields: Fields): { id: string; lastSeq: number } | null {
  let id: unknown;
  let lastSeq: unknown;
  for (const [key, asked] of fields) {
    const name = plainName(asked);
    if (name === "id") id = value[key];
    if (name === "lastSeq") lastSeq = value[key];
  }
  return typeof id === "string" && typeof lastSeq === "number" ? { id, lastSeq } : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The same array where nothing has changed: views compare by identity. */
function mapArray(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = items.map(change);
  return changed.some((item, index) => item !== items[index]) ? changed : items;
}

/** The same object where nothing has changed. */
function mapObject(
  fields: Record<string, unknown>,
  change: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  const changed = Object.entries(fields).map(([key, value]) => [key, change(value, key)] as const);
  return changed.some(([key, value]) => value !== fields[key]) ? Object.fromEntries(changed) : fields;
}
