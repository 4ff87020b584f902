// Finding out who somebody is, within bounds: so many at a time, and each address may fail so often. So tokens cannot
// be guessed, and a storm of clients that come back does not take the whole replica.
import { ServiceError } from "../core/errors.ts";
import type { Identity } from "../core/ports/identity.ts";
import { limitKey } from "./client-address.ts";
import type { Bounds } from "./limits.ts";
import type { Rates } from "./rates.ts";

/** Of callers from an address. */
export type IdentityAt = (address: string) => Pick<Identity, "session">;

/** Throws what `identity` throws, and UNAVAILABLE where a bound is reached. */
export function identityAt(identity: Identity, rates: Rates, bounds: Bounds): IdentityAt {
  const inTurn = oneOfFew(bounds);
  return (address) => ({
    async session(token) {
      const key = limitKey(address);
      if (rates.wait("address", key) > 0) {
        throw new ServiceError("UNAVAILABLE", "Too many from this address failed to say who they are: wait.");
      }
      try {
        return await inTurn(() => identity.session(token));
      } catch (error) {
        const isStranger = error instanceof ServiceError && error.code === "UNAUTHENTICATED";
        if (isStranger) rates.note("address", key, 1);
        throw error;
      }
    },
  });
}

/** Runs so many at a time, the others in their order. */
function oneOfFew({ limits, hit }: Bounds) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < limits.identifying) running++;
    else {
      if (waiting.length >= limits.identifyingQueue) {
        hit("identifyingQueue");
        throw new ServiceError("UNAVAILABLE", "Too many come in at once: try again.");
      }
      // Whoever is done hands its place on.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
