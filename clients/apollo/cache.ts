// A normalised cache in which a simulation never goes back.
//
// Within one stream it never would: snapshots come in order. But the answer of a mutation or a query takes another way,
// and can arrive after an event that was said later. The last such answer would stay: RUNNING for ever, say, over
// the STOPPED that had overtaken it.
import { type Cache, InMemoryCache, type InMemoryCacheConfig, type Reference } from "@apollo/client";
import { possibleTypes } from "./possible-types.ts";

/** Grow with their simulation and have a policy of their own, if any; an older answer may well have a missing page. */
const histories = new Set(["events", "metrics"]);

interface Snapshot {
  readonly __typename: "Simulation";
  readonly id: string;
  readonly lastSeq: number;
}

/**
 * Simulations by id, as of the greatest `lastSeq`: select `id` and `lastSeq` wherever a simulation is selected. Of an
 * older snapshot only what was not known yet is taken.
 */
export class SimulationCache extends InMemoryCache {
  constructor(config: InMemoryCacheConfig = {}) {
    super({
      ...config,
      possibleTypes: { ...possibleTypes, ...config.possibleTypes },
      typePolicies: {
        // An event has no id, and takes the place of the one before.
        Subscription: { fields: { simulationEvents: { merge: false }, simulationUpdates: { merge: false } } },
        ...config.typePolicies,
      },
    });
  }

  override write<Data = unknown, Variables extends Record<string, unknown> = Record<string, unknown>>(
    options: Cache.WriteOptions<Data, Variables>,
  ): Reference | undefined {
    const known = new Map<string, Map<string, unknown>>();
    for (const snapshot of snapshotsIn(options.result)) {
      const id = this.identify({ ...snapshot });
      if (id === undefined) continue;
      const fields = this.#fieldsOf(id);
      if (Number(fields.get("lastSeq") ?? 0) > snapshot.lastSeq) known.set(id, fields);
    }
    if (known.size === 0) return super.write(options);
    // One batch: nobody sees the moment in between.
    return this.batch({
      update: () => {
        const written = super.write(options);
        for (const [id, fields] of known) this.#restore(id, fields);
        return written;
      },
    });
  }

  #fieldsOf(id: string): Map<string, unknown> {
    const fields = new Map<string, unknown>();
    this.modify({
      id,
      broadcast: false,
      fields: (value, { fieldName, storeFieldName }) => {
        if (!histories.has(fieldName)) fields.set(storeFieldName, value);
        return value;
      },
    });
    return fields;
  }

  #restore(id: string, fields: ReadonlyMap<string, unknown>): void {
    this.modify({
      id,
      fields: (value, { storeFieldName }) =>
        fields.has(storeFieldName) ? fields.get(storeFieldName) : value,
    });
  }
}

/** All the way down in a result. */
function* snapshotsIn(value: unknown): Generator<Snapshot, void> {
  if (typeof value !== "object" || value === null) return;
  if (isSnapshot(value)) yield value;
  for (const child of Object.values(value)) yield* snapshotsIn(child);
}

function isSnapshot(value: object): value is Snapshot {
  return (
    "__typename" in value &&
    value.__typename === "Simulation" &&
    "id" in value &&
    "lastSeq" in value &&
    typeof value.lastSeq === "number"
  );
}
