// The bounds of live delivery; tests tighten them.
import { limits } from "../core/limits.ts";

export type FeedLimits = Record<
  "tailEvents" | "tailBytes" | "tailsBytes" | "readerPage" | "quietCheckMs" | "listPageMax",
  number
>;

export const feedLimits: FeedLimits = limits;

/** Reads of the log that the feed has under way at once: what is left of the database's attention is for writing. */
export const readsAtOnce = 8;

/** Rows of one check against the store. */
export const checkBatch = 500;

/** With the bus or the store down, the store is asked this often, ms. */
export const pollMs = 500;

/**
 * With the bus down, what was looked at so long ago is looked at again, ms: looks come every `pollMs` or so, and one
 * that comes a little early is not let pass, or the next would be far too late.
 */
export const pollAgainMs = pollMs / 2;

/** Live lists are read again this often though nothing seems to be lost, ms. */
export const listRereadMs = 15_000;

/** A look at the rows that takes longer is told to the readers as a database that does not answer, ms. */
export const slowLookMs = 3_000;

/** A subscription that takes longer is not waited for: the topic polls until it is there, ms. */
export const listenMs = 2_000;

/** Simulations that one list stream keeps track of; a longer list begins anew with its newest page. */
export const listedMax = 2_000;
