// The keys that an issuer publishes at an address (JWKS, RFC 7517), and what holds while it cannot be reached: keys that
// are there go on verifying for a while; where there are none, or none of that name, nothing is known, and nothing opens.
//
//     age of the keys   0 .. 5 min          taken as they are; another name of a key has them fetched, once a second
//                       .. 10 min           fetched anew; where that fails, in the background every 10 s, still taken
//                       above               not believed any more
import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import { messageOf, ServiceError } from "../core/errors.ts";
import type { Log } from "../core/ports/log.ts";
import { jwksAt } from "./jwks-at.ts";

interface PublishedKeysOptions {
  readonly url: string;
  readonly log: Log;
  /** ms since 1970. */
  readonly now?: () => number;
}

export const keyTimes = {
  /** A key that the issuer has withdrawn is believed no longer than this while the issuer can be reached, ms. */
  freshMs: 300_000,
  /** And no longer than this while it cannot. */
  believedMs: 600_000,
  /** Between two fetches, so that whoever invents names of keys causes no more of them; a new key is found so soon. */
  betweenMs: 1_000,
  /** Between two fetches that nobody waits for, while the issuer cannot be reached. */
  retryMs: 10_000,
} as const;

/** Callers at a time who may wait for the key of an unknown name; the others are told to try again. */
const strangers = 16;

/** What it answers rejects with ServiceError UNAVAILABLE where the keys cannot be had just now. */
export function publishedKeys({ url, log, now = Date.now }: PublishedKeysOptions): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failing = false;
  let fetching: Promise<void> | undefined;
  let waiting = 0;

  /** One fetch at a time, whoever asks. */
  function fetched(): Promise<void> {
    fetching ??= load().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  async function load(): Promise<void> {
    try {
      keys = createLocalJWKSet(await jwksAt(url));
      fetchedAt = now();
      failing = false;
    } catch (error) {
      if (!failing)
        log.warn({ reason: messageOf(error) }, "The keys of the tokens' issuer cannot be fetched.");
      failing = true;
      throw outage(error);
    } finally {
      triedAt = now();
    }
  }

  async function kept(): Promise<JWTVerifyGetKey> {
    const age = now() - fetchedAt;
    if (keys !== undefined && age < keyTimes.freshMs) return keys;
    if (keys === undefined || age >= keyTimes.believedMs) {
      if (failing && now() - triedAt < keyTimes.betweenMs) throw outage();
      await fetched();
    } else if (!failing) {
      await fetched().catch(() => {});
    } else if (now() - triedAt >= keyTimes.retryMs) {
      fetched().catch(() => {});
    }
    return keys ?? Promise.reject(outage());
  }

  async function newer(): Promise<void> {
    if (waiting >= strangers) throw outage();
    waiting += 1;
    try {
      await fetched();
    } finally {
      waiting -= 1;
    }
  }

  return async (header, token) => {
    const found = await kept();
    try {
      return await found(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (fetching === undefined && now() - triedAt < keyTimes.betweenMs) throw failing ? outage() : error;
      await newer();
      return await (keys ?? found)(header, token);
    }
  };
}

function outage(cause?: unknown): ServiceError {
  return new ServiceError(
    "UNAVAILABLE",
    "The issuer's keys cannot be fetched just now: try again.",
    {},
    cause,
  );
}
