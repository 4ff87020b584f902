import { z } from "zod";
import {
  MAX_CALLS_PER_REQUEST,
  MAX_MESSAGE_BYTES,
  MAX_QUEUE,
  MAX_RATE_PER_SEC,
  MAX_TIME_MS,
} from "./limits.ts";

/** The scalars of the format. Units are in the names of the fields that use them. */

/** The name of a node, edge, workload, fault or objective: 1 to 128 printable ASCII characters, no spaces. */
export const id = z
  .string()
  .regex(/^[!-~]{1,128}$/, "Give an id of 1 to 128 printable ASCII characters without spaces.");

/** The id of a design; also a file name and a part of a URL. */
export const designId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    "Give an id of letters, digits, '.', '_' and '-' (128 at most).",
  );

/** The name of an operation, for example `buy` or `GET /cart`. */
export const operationName = z
  .string()
  .regex(
    /^[A-Za-z0-9/][ -~]{0,99}$/,
    "Give a name of at most 100 printable characters that begins with a letter, digit or '/'.",
  );

/** A short text for people. */
export const label = z.string().max(200);

/** A longer text for people. */
export const prose = z.string().max(4_000);

/** A time in milliseconds, 0 allowed. */
export const timeMs = z.number().min(0).max(MAX_TIME_MS);

/** A time in milliseconds, greater than 0. */
export const positiveTimeMs = z.number().positive().max(MAX_TIME_MS);

/** A part of a whole: 0 to 1, never percent. */
export const ratio = z.number().min(0).max(1);

/** Events per second. */
export const ratePerSec = z.number().min(0).max(MAX_RATE_PER_SEC);

/** A whole number of waiting places. */
export const places = z.int().min(0).max(MAX_QUEUE);

/** Message size in bytes. */
export const bytes = z.number().min(0).max(MAX_MESSAGE_BYTES);

/** A share among its siblings; 0 takes it out. */
export const weight = z.number().min(0).max(1_000_000_000);

/** Calls per request; a fraction is the probability of one more. */
export const callsPerRequest = z.number().min(0).max(MAX_CALLS_PER_REQUEST);
