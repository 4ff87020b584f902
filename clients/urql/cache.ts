// A normalised cache for urql in which a simulation never goes back: `@urql/exchange-graphcache`, told what this API is
// like, and guarded against answers that were overtaken.
import type { Exchange } from "@urql/core";
import {
  type Cache,
  type CacheExchangeOpts,
  cacheExchange,
  type UpdateResolver,
} from "@urql/exchange-graphcache";
import { newestWins } from "./newest.ts";
import { possibleTypes, valueTypes } from "./schema.ts";

/** Simulations and designs by id; all else is a part of what it is found in. What is given is added, and wins. */
export function simulationCache(config: CacheExchangeOpts = {}): Exchange {
  return newestWins(
    cacheExchange({
      ...config,
      logger: withoutFalseAlarms(config.logger ?? warn),
      possibleTypes: { ...possibleTypes, ...config.possibleTypes },
      keys: { ...Object.fromEntries(valueTypes.map((type) => [type, () => null])), ...config.keys },
      updates: { ...config.updates, Mutation: { ...updates, ...config.updates?.Mutation } },
    }),
  );
}

type Log = NonNullable<CacheExchangeOpts["logger"]>;

const warn: Log = (severity, message) => {
  if (severity !== "debug") console[severity](message);
};

/** Without a `schema`, graphcache looks in each object for the fields of every fragment, and warns of those of others. */
function withoutFalseAlarms(log: Log): Log {
  return (severity, message) => {
    if (!/^Invalid undefined: .*\n.*\bFragment\b/.test(message)) log(severity, message);
  };
}

const changesNothingElse: UpdateResolver = () => {};

// Without these, graphcache takes a simulation that no query has shown yet for a new one, and forgets all others.
const updates: Record<string, UpdateResolver> = {
  startSimulation: (_result, _args, cache) => forgetLists(cache),
  stopSimulation: changesNothingElse,
  pauseSimulation: changesNothingElse,
  resumeSimulation: changesNothingElse,
  setSimulationSpeed: changesNothingElse,
};

/** Those on view are asked for again, and have the new simulation. */
function forgetLists(cache: Cache): void {
  for (const { fieldName, arguments: given } of cache.inspectFields("Query"))
    if (fieldName === "simulations") cache.invalidate("Query", fieldName, given);
}
